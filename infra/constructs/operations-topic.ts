import { Key } from 'aws-cdk-lib/aws-kms'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Aws, RemovalPolicy } from 'aws-cdk-lib'
import { Construct } from 'constructs'

interface OperationsTopicProps {
  readonly prefix: string
  readonly email: string | undefined
}

/**
 * Where the alarms about Midwatch itself go: from CloudWatch straight to people, with no function in between. A
 * Midwatch that is down can still be noticed.
 */
export class OperationsTopic extends Construct {
  readonly topic: Topic

  constructor(scope: Construct, id: string, { prefix, email }: OperationsTopicProps) {
    super(scope, id)
    const alarms = new ServicePrincipal('cloudwatch.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    })
    const masterKey = new Key(this, 'Key', {
      description: `${prefix}: CloudWatch alarms cannot publish to a topic under the key of SNS itself`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    masterKey.grant(alarms, 'kms:Decrypt', 'kms:GenerateDataKey')
    this.topic = new Topic(this, 'Topic', {
      topicName: `${prefix}-operations`,
      displayName: 'Midwatch operations',
      masterKey,
      enforceSSL: true,
    })
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [alarms],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
      }),
    )
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email))
  }
}
