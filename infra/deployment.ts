import { Tags, type App } from 'aws-cdk-lib'
import manifest from '../package.json' with { type: 'json' }
import { AppStack } from './stacks/app.ts'
import { DataStack } from './stacks/data.ts'
import type { Stage } from './stages.ts'

interface DeploymentProps {
  readonly name: string
  readonly stage: Stage
  /** The folder that holds `<function name>/index.js`. */
  readonly bundlesDir: string
  /** Where the functions find AWS, when that is an emulator. */
  readonly endpointUrl: string | undefined
}

/**
 * Adds the two stacks of one deployment, `midwatch-<name>-data` and `midwatch-<name>-app`. They name no account and no
 * region, so that synthesis needs neither credentials nor a network.
 */
export function addDeployment(
  app: App,
  { name, stage, bundlesDir, endpointUrl }: DeploymentProps,
): { readonly data: DataStack; readonly app: AppStack } {
  const prefix = `midwatch-${name}`
  const data = new DataStack(app, `${prefix}-data`, {
    prefix,
    stage,
    description: `${prefix}: table, users and buckets`,
  })
  const props = { prefix, stage, data, version: manifest.version, bundlesDir, endpointUrl }
  const rest = new AppStack(app, `${prefix}-app`, props, {
    description: `${prefix}: API, functions and alarms`,
  })
  Tags.of(app).add('midwatch', name)
  return { data, app: rest }
}
