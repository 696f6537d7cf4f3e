import { readdir, rm } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { runCommand } from './console.ts'
import { readSettings } from './settings.ts'
import { dataDirAt } from './stack/data-dir.ts'
import { assertNotRunning } from './stack/runtime-file.ts'

/** What deployments have put out stands in the same folder, and is not local data. */
const KEPT = /^outputs-.*\.json$/
/** What a data directory of Midwatch holds; a folder without it was named by mistake. */
const MARKS = ['credentials.json', 'stack.json', 'dynamodb.sqlite']

async function agreed(path: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error('Without a terminal to ask in, say: npm run reset -- --yes')
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(`Delete everything in ${path}? [y/N] `)
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}

await runCommand(async () => {
  const { values } = parseArgs({ options: { yes: { type: 'boolean', default: false } } })
  const dataDir = dataDirAt(readSettings(process.env).MIDWATCH_DATA_DIR)
  const names = await readdir(dataDir.path).catch(() => [])
  const doomed = names.filter((name) => !KEPT.test(name))
  if (doomed.length === 0) {
    console.log(`There is nothing to delete in ${dataDir.path}.`)
    return 0
  }
  if (!doomed.some((name) => MARKS.includes(name))) {
    throw new Error(`The folder ${dataDir.path} is no data directory of Midwatch; nothing was deleted.`)
  }
  await assertNotRunning(dataDir)
  if (!values.yes && !(await agreed(dataDir.path))) return 1
  await Promise.all(doomed.map((name) => rm(dataDir.file(name), { recursive: true, force: true })))
  console.log(`Deleted the local data in ${dataDir.path}.`)
  return 0
})
