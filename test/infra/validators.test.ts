import { Stack } from 'aws-cdk-lib'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { describe, expect, it } from 'vitest'
import { addValidators } from '../../infra/validators.ts'
import { STAGE_NAMES, type Stage } from '../../infra/stages.ts'
import { EVERYTHING } from './everything.ts'
import { deploymentIn, newApp } from './synthesized.ts'

/** @throws what they found */
function synthesizeWithValidators(name: string, changes: Partial<Stage> = {}): void {
  const app = newApp()
  deploymentIn(app, name, { changes })
  addValidators(app)
  app.synth()
}

describe('the validators', () => {
  it.each(STAGE_NAMES)('find nothing in %s that has no written reason', (name) => {
    expect(() => synthesizeWithValidators(name)).not.toThrow()
  })

  it('find nothing in a stage with everything optional', () => {
    expect(() => synthesizeWithValidators('prod', EVERYTHING)).not.toThrow()
  })

  it('would stop a deployment that is careless', () => {
    const app = newApp()
    const careless = new Queue(new Stack(app, 'Careless'), 'Queue')
    addValidators(app)
    expect(() => app.synth()).toThrow('AwsSolutions-SQS4')
    expect(careless.fifo).toBe(false)
  })
})
