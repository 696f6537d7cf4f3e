import { parseStage, type Stage } from '../../infra/stages.ts'

const { settings, userPool, databaseLogin, vpc, operationsEmail } = parseStage({
  keepData: true,
  logRetentionDays: 90,
  throttle: { requestsPerSecond: 1, burst: 1 },
  operationsEmail: 'operations@example.com',
  databaseLogin: { resourceId: 'db-ABCDEFGHIJKL', user: 'midwatch' },
  userPool: { id: 'us-east-1_Existing1', clientIds: ['first-client', 'second-client'] },
  settings: {
    DATABASE_URL: { secret: 'midwatch/database', field: 'url' },
    EXTERNAL_API_URL: { parameter: '/midwatch/external-api' },
    AVATARS_BUCKET: 'avatars-of-ours',
  },
  vpc: {
    vpcId: 'vpc-0123456789abcdef0',
    subnetIds: ['subnet-0123456789abcdef0'],
    securityGroupIds: ['sg-0123456789abcdef0'],
    endpoints: { gatewayRouteTableIds: ['rtb-0123456789abcdef0'], interfaces: ['cognito-idp'] },
  },
})

/** All that a stage may declare beyond what every stage does. */
export const EVERYTHING: Partial<Stage> = {
  settings,
  ...(userPool && { userPool }),
  ...(databaseLogin && { databaseLogin }),
  ...(vpc && { vpc }),
  ...(operationsEmail && { operationsEmail }),
}
