import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Usages } from './budget-child.ts'
import { resultOf } from './child.ts'
import type { Usage } from './metering-proxy.ts'
import { markdownTable, type Report } from './report.ts'

const BUDGETS = join(import.meta.dirname, 'budgets.json')

/** An operation beside its budget. */
export interface Spending {
  readonly operation: string
  readonly used: Usage
  /** Absent for an operation that has no budget yet. */
  readonly allowed: Usage | undefined
  readonly verdict: 'ok' | 'less' | 'MISSED'
}

const UNITS = ['calls', 'readUnits', 'writeUnits'] as const

function judge(used: Usage, allowed: Usage | undefined): Spending['verdict'] {
  if (allowed === undefined || UNITS.some((unit) => used[unit] > allowed[unit])) return 'MISSED'
  return UNITS.some((unit) => used[unit] < allowed[unit]) ? 'less' : 'ok'
}

/** Every operation that was measured beside its budget. */
export const spendings = (usages: Usages, budgets: Usages): readonly Spending[] =>
  Object.entries(usages).map(([operation, used]) => {
    const allowed = budgets[operation]
    return { operation, used, allowed, verdict: judge(used, allowed) }
  })

/** What operations may use: the file that the build is held to. */
export const readBudgets = async (): Promise<Usages> => JSON.parse(await readFile(BUDGETS, 'utf8'))

/** Performs every operation once, against the DynamoDB emulator. */
export const measureOperations = (): Promise<Usages> => resultOf<Usages>('budget-child.ts')

const cells = ({ operation, used, allowed, verdict }: Spending): string[] => [
  operation,
  ...UNITS.flatMap((unit) => [String(used[unit]), allowed === undefined ? 'none' : String(allowed[unit])]),
  verdict === 'less' ? 'ok; lower the budget' : verdict,
]

const EXPLANATION = `DynamoDB requests and capacity units of each operation, measured on the emulator, and what \`bench/budgets.json\` allows.
\`node bench/budget.ts --write\` makes the measured figures the budget.`

/** Holds what every operation uses against its budget. */
export async function budget(): Promise<Report> {
  const all = spendings(await measureOperations(), await readBudgets())
  const headings = ['operation', 'calls', 'budget', 'read units', 'budget', 'write units', 'budget', '']
  return {
    title: 'Budget',
    text: `${EXPLANATION}\n\n${markdownTable(headings, all.map(cells))}`,
    reached: all.every(({ verdict }) => verdict !== 'MISSED'),
  }
}

if (import.meta.main && process.argv.includes('--write')) {
  await writeFile(BUDGETS, `${JSON.stringify(await measureOperations(), null, 2)}\n`)
}
