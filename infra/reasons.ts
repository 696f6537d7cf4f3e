import { Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/** Why a validator's finding is accepted. A finding that is not named here stops the deployment. */
const REASONS = {
  'public-route': 'The manifest declares the route public: it answers without a token and is rate-limited.',
  'dead-letter-queue': 'It is itself a dead-letter queue.',
  'optional-mfa': 'Optional, because scripts must be able to sign in with a password during an outage.',
  'cognito-plus':
    'The Plus plan costs more than all the rest of Midwatch; the Essentials plan has what is used.',
  'audit-access-log': 'Versions show every write of a head, and reading one harms nobody: it is a hash.',
  'canary-access-log': 'It holds one canary object that is replaced each minute; a log of that says nothing.',
  'network-interfaces':
    'Lambda makes and removes network interfaces whose ids are not known beforehand; nothing else is open.',
  'audit-heads':
    'Each day has an object of its own; the function can write below this prefix and nowhere else.',
  metrics: 'CloudWatch has no resources for metrics: reading one can only be allowed for all of them.',
} as const satisfies Record<string, string>

/**
 * Accepts a finding of a validator.
 * @param rule the rule's id, e.g. `AwsSolutions-S1`, or one finding of it, e.g. `AwsSolutions-IAM5[Resource::*]`
 */
export function acknowledge(construct: IConstruct, rule: string, reason: keyof typeof REASONS): void {
  Validations.of(construct).acknowledge({ id: rule, reason: REASONS[reason] })
}
