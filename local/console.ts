import type { Report } from './stack/sources.ts'

/** One line about an error: its own text, without a stack. */
export const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const timeOf = (): string => new Date().toTimeString().slice(0, 8)

/** Reports on the console what goes wrong in the runtime; the same problem of the same part once a minute. */
export function consoleReport(): Report {
  const lastMs = new Map<string, number>()
  return (part, problem) => {
    const line = `${part}: ${sentenceOf(problem)}`
    if (Date.now() - (lastMs.get(line) ?? 0) < 60_000) return
    lastMs.set(line, Date.now())
    console.error(`${timeOf()} ${line}`)
  }
}

/** The text of an error that a function printed as JSON; undefined for every other line. */
export function errorIn(line: string): string | undefined {
  if (!line.includes('"ERROR"')) return undefined
  try {
    const { level, message, error } = JSON.parse(line)
    if (level !== 'ERROR') return undefined
    return error?.message === undefined ? String(message) : `${message}: ${error.message}`
  } catch {
    return undefined
  }
}

/** Runs a command; what it throws becomes one sentence and exit status 1. */
export async function runCommand(command: () => Promise<number | void>): Promise<void> {
  try {
    process.exitCode = (await command()) ?? 0
  } catch (error) {
    console.error(sentenceOf(error))
    process.exitCode = 1
  }
}
