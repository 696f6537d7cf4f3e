import type { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { Grant } from '../../shared/kernel/grants.ts'
import { functions, type FunctionSpec } from '../../shared/manifest.ts'
import { environmentFor, type DeploymentFacts } from '../function-environment.ts'
import { statementsFor, type GrantTargets } from '../grants.ts'
import { acknowledge } from '../reasons.ts'
import { CapabilityFunction, type FunctionDefaults } from './capability-function.ts'

interface CapabilityFunctionsProps extends FunctionDefaults {
  readonly facts: DeploymentFacts
  readonly targets: GrantTargets
  /** Where the events of scheduled functions go that failed at every try. */
  readonly failures: IQueue
  /** How a validator names the objects that hold audit heads. */
  readonly auditHeads: string
}

/** Not in a private network: the prober there runs all of its checks itself and needs no queue. */
const PUBLIC_ONLY: readonly Grant[] = ['probe-queue:send']

/** Every function of the manifest, each with what its `uses` say. */
export class CapabilityFunctions extends Construct {
  readonly all: readonly CapabilityFunction[]
  readonly #props: CapabilityFunctionsProps

  constructor(scope: Construct, id: string, props: CapabilityFunctionsProps) {
    super(scope, id)
    this.#props = props
    this.all = functions.map((spec) => this.#add(spec, spec.name, { service: props.prefix }))
  }

  /** A second instance of the schedules that may run in a private network too. */
  addForVpc(): readonly CapabilityFunction[] {
    const twice = functions.filter(({ schedule }) => schedule?.inVpcToo)
    return twice.map((spec) => {
      const uses = spec.uses.filter((grant) => !PUBLIC_ONLY.includes(grant))
      const service = `${this.#props.prefix}-vpc`
      return this.#add({ ...spec, uses }, `${spec.name}-vpc`, { service, vantage: 'vpc' })
    })
  }

  #add(
    spec: FunctionSpec,
    id: string,
    { service, vantage }: { readonly service: string; readonly vantage?: string },
  ): CapabilityFunction {
    const { facts, targets, failures, auditHeads, ...defaults } = this.#props
    const statements: readonly PolicyStatement[] = statementsFor(spec.uses, targets)
    const environment = environmentFor(spec.uses, service, facts)
    const added = new CapabilityFunction(this, id, {
      ...defaults,
      spec,
      statements,
      environment: { ...environment, ...(vantage && { MIDWATCH_VANTAGE: vantage }) },
      ...(vantage && { suffix: vantage }),
      ...(spec.schedule && { failures }),
    })
    if (spec.uses.includes('audit-bucket:write'))
      acknowledge(added, `AwsSolutions-IAM5[Resource::${auditHeads}]`, 'audit-heads')
    return added
  }
}
