import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll } from 'vitest'
import type { Running } from '../../../local/emulators/running.ts'

export const REGION = 'eu-west-1'
export const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' }

const ends: (() => unknown)[] = []

afterAll(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

/** Stops it when the test file ends. */
export async function during<T extends Pick<Running, 'stop'>>(starting: Promise<T>): Promise<T> {
  const running = await starting
  ends.push(() => running.stop())
  return running
}

/** A directory that is deleted when the test file ends. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'midwatch-test-'))
  ends.push(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** What SDK clients need: one attempt, because these tests look at single attempts. */
export function clientOptions(endpoint: string) {
  return { endpoint, region: REGION, credentials: CREDENTIALS, maxAttempts: 1 }
}

/** Asks again until the condition holds; throws after ten seconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 10_000
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`Waited ten seconds in vain until ${what}.`)
    await delay(5)
  }
}

/** Whether a process of this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
