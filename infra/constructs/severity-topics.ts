import { Alias } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import type { Severity } from '../../shared/health/check.ts'

/**
 * One topic a severity. SNS's own key encrypts them and costs nothing: everything that publishes to them is a role of
 * this account, which that key admits. (CloudWatch alarms it does not admit; they have the operations topic.)
 */
export class SeverityTopics extends Construct {
  readonly arns: Readonly<Record<Severity, string>>

  constructor(scope: Construct, id: string, { prefix }: { readonly prefix: string }) {
    super(scope, id)
    const masterKey = Alias.fromAliasName(this, 'Key', 'alias/aws/sns')
    const topic = (severity: Severity) =>
      new Topic(this, severity, {
        topicName: `${prefix}-${severity}`,
        displayName: `Midwatch ${severity}`,
        masterKey,
        enforceSSL: true,
      }).topicArn
    this.arns = {
      critical: topic('critical'),
      error: topic('error'),
      warning: topic('warning'),
      info: topic('info'),
    }
  }
}
