import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { main, outputsFile, runCdk, stageFromCommandLine } from './cdk.ts'
import { readOutputs, type DeploymentOutputs } from './outputs.ts'

/** How to make the first user; further ones are made the same way. */
function firstUser({ UserPoolId: pool }: DeploymentOutputs): readonly string[] {
  if (pool === undefined) return ['Users come from the user pool that the stage names.']
  return [
    'Make the first user (the password needs 12 characters of all four kinds):',
    `  aws cognito-idp admin-create-user --user-pool-id ${pool} --username you --message-action SUPPRESS`,
    `  aws cognito-idp admin-set-user-password --user-pool-id ${pool} --username you --permanent --password '…'`,
    `  aws cognito-idp admin-add-user-to-group --user-pool-id ${pool} --username you --group-name superadmin`,
  ]
}

/** `npm run deploy -- --stage dev`: from a bootstrapped account to a working URL. */
async function deploy(): Promise<void> {
  const { name } = stageFromCommandLine()
  console.log(`Deploying stage ${name} …`)
  const outputs = outputsFile(name)
  await mkdir(dirname(outputs), { recursive: true })
  const stage = ['--context', `stage=${name}`]
  await runCdk([
    'deploy',
    '--all',
    ...stage,
    '--require-approval',
    'never',
    '--method',
    'direct',
    '--outputs-file',
    outputs,
  ])
  const deployed = await readOutputs(name)
  if (deployed === undefined) throw new Error('The deployment has put out nothing.')
  const { Url: url } = deployed
  console.log(['', `Midwatch answers at ${url}`, `  curl ${url}/health`, ...firstUser(deployed)].join('\n'))
}

main(deploy)
