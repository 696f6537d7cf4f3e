import { Aws } from 'aws-cdk-lib'
import { CfnVPCEndpoint } from 'aws-cdk-lib/aws-ec2'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { CfnFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { acknowledge } from '../reasons.ts'
import type { Vpc } from '../stages.ts'
import type { CapabilityFunction } from './capability-function.ts'

/** Network interfaces do not exist when a role is written, so Lambda's documentation asks for these without a resource. */
const NETWORK_INTERFACES = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
]

const GATEWAYS = ['dynamodb', 's3'] as const

interface VpcAccessProps {
  readonly vpc: Vpc
  readonly probers: readonly CapabilityFunction[]
}

/**
 * Puts a function into a private network that exists already. There is no NAT gateway: DynamoDB and S3 are reached
 * through gateway endpoints, which are free, and other services through the interface endpoints that the stage names.
 */
export class VpcAccess extends Construct {
  constructor(scope: Construct, id: string, { vpc, probers }: VpcAccessProps) {
    super(scope, id)
    for (const prober of probers) this.#enter(prober, vpc)
    this.#addGateways(vpc)
    this.#addInterfaces(vpc)
  }

  #enter(prober: CapabilityFunction, { subnetIds, securityGroupIds }: Vpc): void {
    const { defaultChild } = prober.lambda.node
    if (!(defaultChild instanceof CfnFunction)) throw new Error('A function has no resource of its own.')
    defaultChild.vpcConfig = { subnetIds, securityGroupIds }
    prober.lambda.addToRolePolicy(new PolicyStatement({ actions: NETWORK_INTERFACES, resources: ['*'] }))
    acknowledge(prober, 'AwsSolutions-IAM5[Resource::*]', 'network-interfaces')
  }

  #addGateways({ vpcId, endpoints: { gatewayRouteTableIds } }: Vpc): void {
    if (gatewayRouteTableIds.length === 0) return
    for (const service of GATEWAYS) {
      new CfnVPCEndpoint(this, service, {
        vpcId,
        vpcEndpointType: 'Gateway',
        serviceName: `com.amazonaws.${Aws.REGION}.${service}`,
        routeTableIds: gatewayRouteTableIds,
      })
    }
  }

  #addInterfaces({ vpcId, subnetIds, securityGroupIds, endpoints: { interfaces } }: Vpc): void {
    for (const service of interfaces) {
      new CfnVPCEndpoint(this, service, {
        vpcId,
        vpcEndpointType: 'Interface',
        serviceName: `com.amazonaws.${Aws.REGION}.${service}`,
        subnetIds,
        securityGroupIds,
        privateDnsEnabled: true,
      })
    }
  }
}
