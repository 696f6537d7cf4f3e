import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { S3Client } from '@aws-sdk/client-s3'
import { readOutputs } from '../infra/outputs.ts'
import { readHeads } from '../shared/audit/heads.ts'
import { eventsOfDay } from '../shared/audit/store.ts'
import { verifyAudit, type AuditHead } from '../shared/audit/verify.ts'
import type { AuditEvent } from '../shared/kernel/audit.ts'
import { systemEffects } from '../shared/kernel/effects.ts'
import { readEnv, required } from '../shared/kernel/env.ts'
import { makeDocumentClient, openTable } from '../shared/kernel/table/table.ts'
import { runCommand } from './console.ts'
import { readSettings } from './settings.ts'
import { dataDirAt } from './stack/data-dir.ts'
import { requireRunning } from './stack/runtime-file.ts'

const DAY_MS = 24 * 3_600_000

const USAGE = `npm run audit:verify                   verifies the local stack's audit chains against the published heads
npm run audit:verify -- --stage dev    those of a deployment, with the usual AWS variables
npm run audit:verify -- --export FILE  also writes everything that was verified to FILE
npm run audit:verify -- --file FILE    verifies such a file, without any network`

/** Everything that a verification needs, as it is exported. */
interface AuditExport {
  readonly events: readonly AuditEvent[]
  readonly heads: readonly AuditHead[]
}

/** The file is what `--export` wrote; the verification finds out whether that is still so. */
const parseExport = (text: string) => JSON.parse(text) as AuditExport

/** Where the chains are: in the deployment that this machine made last, or in the running local stack. */
async function environmentOf(stage: string | undefined): Promise<Readonly<Record<string, string>>> {
  if (stage === undefined) {
    return (await requireRunning(dataDirAt(readSettings(process.env).MIDWATCH_DATA_DIR))).environment
  }
  const outputs = await readOutputs(stage)
  if (outputs === undefined) throw new Error(`Stage ${stage} was not deployed from this folder.`)
  const [auditBucket = ''] = (outputs['Buckets'] ?? '').split(',')
  return { MIDWATCH_TABLE: outputs['TableName'] ?? '', MIDWATCH_AUDIT_BUCKET: auditBucket }
}

/** Reads all heads, and all events since the day of the first one (or of yesterday, before there is any). */
async function readAll(stage: string | undefined): Promise<AuditExport> {
  // The AWS SDK reads endpoints and credentials from the environment.
  Object.assign(process.env, await environmentOf(stage))
  const env = readEnv()
  const table = openTable(makeDocumentClient(), env.MIDWATCH_TABLE, systemEffects)
  const heads = await readHeads({ s3: new S3Client({}), bucket: required(env, 'MIDWATCH_AUDIT_BUCKET') })
  const now = systemEffects.now()
  const days = heads.map((head) => Date.parse(head.day))
  const events: AuditEvent[] = []
  for (let day = Math.min(now - DAY_MS, ...days); day <= now + DAY_MS; day += DAY_MS) {
    events.push(...(await eventsOfDay(table, new Date(day).toISOString().slice(0, 10))))
  }
  return { events, heads }
}

await runCommand(async () => {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: { stage: text, file: text, export: text, help: { type: 'boolean' } },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const data =
    values.file === undefined ? await readAll(values.stage) : parseExport(await readFile(values.file, 'utf8'))
  if (values.export !== undefined) await writeFile(values.export, JSON.stringify(data, null, 2))
  const faults = verifyAudit(data.events, data.heads)
  const chains = new Set(data.events.map((event) => event.entity)).size
  console.log(`Events: ${data.events.length}, chains: ${chains}, published heads: ${data.heads.length}`)
  for (const fault of faults) console.log(`FAULT  ${fault.where}: ${fault.what}`)
  console.log(faults.length === 0 ? 'Everything fits.' : `${faults.length} faults.`)
  return faults.length === 0 ? 0 : 1
})
