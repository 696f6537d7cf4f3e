import { App } from 'aws-cdk-lib'
import { buildIfStale } from './build-if-stale.ts'
import { FUNCTIONS_DIR } from './build.ts'
import { addDeployment } from './deployment.ts'
import { stageNamed } from './stages.ts'
import { addValidators } from './validators.ts'

// Whoever calls "cdk" deploys what the sources say, however old the bundles are.
await buildIfStale()

const app = new App()
const name = String(app.node.tryGetContext('stage') ?? process.env['MIDWATCH_STAGE'] ?? 'dev')

addDeployment(app, {
  name,
  stage: stageNamed(name),
  bundlesDir: FUNCTIONS_DIR,
  endpointUrl: process.env['MIDWATCH_FUNCTION_ENDPOINT_URL'] ?? process.env['AWS_ENDPOINT_URL'],
})
addValidators(app)
