import { afterEach, beforeEach, vi } from 'vitest'

type Line = Readonly<Record<string, unknown>>

function parsed(text: string): Line[] {
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return []
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? [{ ...value }] : []
  })
}

/**
 * Keeps what the code under test writes to standard output and error from the terminal.
 * @returns the JSON lines that the current test has written
 */
export function capturedOutput(): () => readonly Line[] {
  let text = ''
  const keep = (chunk: unknown): boolean => {
    text += String(chunk)
    return true
  }
  beforeEach(() => {
    text = ''
    vi.spyOn(process.stdout, 'write').mockImplementation(keep)
    vi.spyOn(process.stderr, 'write').mockImplementation(keep)
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, method).mockImplementation((line) => void keep(`${line}\n`))
    }
  })
  afterEach(() => void vi.restoreAllMocks())
  return () => parsed(text)
}
