import { existsSync } from 'node:fs'
import { App } from 'aws-cdk-lib'
import { FUNCTIONS_DIR } from './build.ts'
import { addDeployment } from './deployment.ts'
import { stageNamed } from './stages.ts'
import { addValidators } from './validators.ts'

if (!existsSync(FUNCTIONS_DIR))
  throw new Error('There are no functions to deploy; run "npm run build" first.')

const app = new App()
const name = String(app.node.tryGetContext('stage') ?? process.env['MIDWATCH_STAGE'] ?? 'dev')

addDeployment(app, {
  name,
  stage: stageNamed(name),
  bundlesDir: FUNCTIONS_DIR,
  endpointUrl: process.env['MIDWATCH_FUNCTION_ENDPOINT_URL'] ?? process.env['AWS_ENDPOINT_URL'],
})
addValidators(app)
