import { App } from 'aws-cdk-lib'
import { FUNCTIONS_DIR } from './build.ts'
import { addDeployment } from './deployment.ts'
import { stageNamed } from './stages.ts'

const app = new App()
const name = String(app.node.tryGetContext('stage') ?? process.env['MIDWATCH_STAGE'] ?? 'dev')

addDeployment(app, {
  name,
  stage: stageNamed(name),
  bundlesDir: FUNCTIONS_DIR,
  endpointUrl: process.env['MIDWATCH_FUNCTION_ENDPOINT_URL'] ?? process.env['AWS_ENDPOINT_URL'],
})
