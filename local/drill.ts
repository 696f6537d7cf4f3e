import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { runCommand } from './console.ts'
import { observe, type Lookout, type Observation } from './drill/observe.ts'
import { planOf, USAGE, type Plan } from './drill/plan.ts'
import { changes } from './drill/report.ts'
import { isSettled, WATCHED_BY } from './drill/settled.ts'
import { readSettings } from './settings.ts'
import { dataDirAt } from './stack/data-dir.ts'
import { REGION } from './stack/names.ts'
import { requireRunning, type Runtime } from './stack/runtime-file.ts'
import { readCredentials } from './stack/users.ts'
import { userToken } from './token/sign-in.ts'

const DEADLINE_MS = 90_000
const LOOK_EVERY_MS = 500

const dataDir = dataDirAt(readSettings(process.env).MIDWATCH_DATA_DIR)

/** Signs in before anything is broken: with Cognito down nobody could. */
async function lookoutOn({ url, clientId, cognitoUrl }: Runtime): Promise<Lookout> {
  const credentials = await readCredentials(dataDir)
  if (credentials === undefined) throw new Error(`There are no credentials in ${dataDir.path}.`)
  const token = await userToken({
    region: REGION,
    clientId,
    endpoint: cognitoUrl,
    ...credentials.users.viewer,
  })
  return { url, token, since: new Date().toISOString() }
}

async function apply(url: string, { target, faults }: Plan): Promise<void> {
  const response = await fetch(`${url}/_local/faults/${target}`, {
    method: faults === undefined ? 'DELETE' : 'POST',
    ...(faults === undefined ? {} : { body: JSON.stringify(faults) }),
  })
  if (!response.ok) throw new Error(`The fault was not set: ${await response.text()}`)
}

/** Not everything that is broken is an outage: a target that is slow but within its thresholds stays healthy. */
function unnoticed({ target }: Plan, { checks = [] }: Observation): string {
  const standing = checks
    .filter(({ kind }) => kind === WATCHED_BY[target])
    .map(({ id, status }) => `${id} is ${status}`)
  const hint = 'A slow or flaky target stays healthy within its thresholds; see the reference of each check.'
  return `Nothing more was noticed within ${DEADLINE_MS / 1000} s: ${standing.join(', ') || 'no check watches it'}. ${hint}`
}

/** Prints what changes until all is noticed. @returns the exit status */
async function watch(plan: Plan, lookout: Lookout, before: Observation): Promise<number> {
  const startedMs = performance.now()
  const say = (line: string) => {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1).padStart(5)
    console.log(`${new Date().toTimeString().slice(0, 8)}  +${seconds} s  ${line}`)
  }
  say(plan.faults === undefined ? `restored ${plan.target}` : plan.words)
  let last = before
  while (performance.now() - startedMs < DEADLINE_MS) {
    const now = await observe(lookout)
    for (const line of changes(last, now)) say(line)
    if (isSettled(plan.target, plan.faults !== undefined, before, now)) {
      say('Midwatch has noticed.')
      return 0
    }
    last = { ...now, checks: now.checks ?? last.checks }
    await delay(LOOK_EVERY_MS)
  }
  say(unnoticed(plan, last))
  return 1
}

await runCommand(async () => {
  const options = {
    'no-watch': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const plan = planOf(positionals)
  const runtime = await requireRunning(dataDir)
  if (values['no-watch']) {
    await apply(runtime.url, plan)
    return 0
  }
  const lookout = await lookoutOn(runtime)
  const before = await observe(lookout)
  await apply(runtime.url, plan)
  return watch(plan, lookout, before)
})
