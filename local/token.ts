import { parseArgs } from 'node:util'
import { readOutputs } from '../infra/outputs.ts'
import { runCommand } from './console.ts'
import { readSettings } from './settings.ts'
import { dataDirAt } from './stack/data-dir.ts'
import { REGION } from './stack/names.ts'
import { requireRunning } from './stack/runtime-file.ts'
import { LOCAL_ROLES, readCredentials, type LocalRole } from './stack/users.ts'
import { machineToken, userToken } from './token/sign-in.ts'

const USAGE = `Usage: npm run -s token -- <role>
  ${LOCAL_ROLES.join(', ')}: a token of the local stack's seeded user or machine
  --stage dev: sign in to a deployment instead, with MIDWATCH_USERNAME and MIDWATCH_PASSWORD,
               or as machine with MIDWATCH_CLIENT_SECRET`

const { env } = process

function roleOf(name: string | undefined): LocalRole {
  const role = LOCAL_ROLES.find((known) => known === name)
  if (role !== undefined) return role
  if (name === undefined) throw new Error(USAGE)
  throw new Error(`There is no role "${name}"; there are: ${LOCAL_ROLES.join(', ')}.`)
}

function needed(name: string, value: string | undefined): string {
  if (value) return value
  throw new Error(`Set ${name} to sign in to a deployment.`)
}

async function localToken(role: LocalRole): Promise<string> {
  const dataDir = dataDirAt(readSettings(env).MIDWATCH_DATA_DIR)
  const { clientId, cognitoUrl, tokenUrl } = await requireRunning(dataDir)
  const credentials = await readCredentials(dataDir)
  if (credentials === undefined) throw new Error(`There are no credentials in ${dataDir.path}.`)
  if (role === 'machine') return machineToken({ tokenUrl, ...credentials.machine })
  return userToken({ region: REGION, clientId, endpoint: cognitoUrl, ...credentials.users[role] })
}

/** Signs in to a deployment: to the one that this machine made last, or to the one that the environment names. */
async function deployedToken(stage: string, asMachine: boolean): Promise<string> {
  const outputs = (await readOutputs(stage)) ?? {}
  if (asMachine) {
    return machineToken({
      tokenUrl: needed('MIDWATCH_TOKEN_URL', env.MIDWATCH_TOKEN_URL ?? outputs['TokenUrl']),
      clientId: needed('MIDWATCH_CLIENT_ID', env.MIDWATCH_CLIENT_ID ?? outputs['MachineClientId']),
      clientSecret: needed('MIDWATCH_CLIENT_SECRET', env.MIDWATCH_CLIENT_SECRET),
    })
  }
  return userToken({
    // A user pool's id starts with its region.
    region: outputs['UserPoolId']?.split('_')[0] ?? env.AWS_REGION ?? REGION,
    clientId: needed('MIDWATCH_CLIENT_ID', env.MIDWATCH_CLIENT_ID ?? outputs['ClientId']),
    username: needed('MIDWATCH_USERNAME', env.MIDWATCH_USERNAME),
    password: needed('MIDWATCH_PASSWORD', env.MIDWATCH_PASSWORD),
  })
}

await runCommand(async () => {
  const options = { stage: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const [name] = positionals
  const deployed = values.stage !== undefined || env.MIDWATCH_USERNAME !== undefined
  const token = deployed
    ? await deployedToken(values.stage ?? 'dev', name === 'machine')
    : await localToken(roleOf(name))
  console.log(token)
})
