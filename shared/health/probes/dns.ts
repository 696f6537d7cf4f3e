import { Resolver } from 'node:dns/promises'
import type { TargetOf } from '../check.ts'
import { ASK_RECORDS, holdsAnswer } from './dns/answers.ts'
import { dnsFailure } from './dns/failure.ts'
import { ProbeFailure } from '../failure.ts'
import type { Probe } from '../probe.ts'

type DnsTarget = TargetOf<'dns'>

/** A resolver whose two tries (the second waits twice as long) end before the attempt does. */
function makeResolver(target: DnsTarget, timeoutMs: number): Resolver {
  const resolver = new Resolver({ timeout: Math.ceil(timeoutMs / 4), tries: 2 })
  if (target.server === undefined) return resolver
  try {
    resolver.setServers([target.server])
  } catch {
    throw new ProbeFailure('configuration', 'The name server is not an IP address with a port')
  }
  return resolver
}

/** Asks a name server for a record and, where the check expects one, for a certain answer. */
export const dnsProbe: Probe<'dns'> = async (target, { signal, timeoutMs }, { effects }) => {
  const resolver = makeResolver(target, timeoutMs)
  const cancel = () => resolver.cancel()
  signal.throwIfAborted()
  signal.addEventListener('abort', cancel, { once: true })
  const startedMs = effects.monotonicMs()
  try {
    const answers = await ASK_RECORDS[target.type](resolver, target.name)
    const latencyMs = effects.monotonicMs() - startedMs
    if (target.expect !== undefined && !holdsAnswer(answers, target.expect, target.type)) {
      throw new ProbeFailure('unexpected', 'None of the answers is the expected one')
    }
    const message =
      answers.length === 1 ? 'Answered with 1 record' : `Answered with ${answers.length} records`
    return { ok: true, latencyMs, message, measurements: { answers: answers.length } }
  } catch (error) {
    throw dnsFailure(error, target.server !== undefined) ?? error
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
