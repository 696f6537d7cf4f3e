import { Resolver } from 'node:dns/promises'
import type { TargetOf } from '../check.ts'
import { askRecords, holdsAnswer } from '../dns-answers.ts'
import { ProbeFailure } from '../failure.ts'
import type { FailureReason, Probe } from '../probe.ts'

type DnsTarget = TargetOf<'dns'>

/** What the codes of c-ares say about the target: a zone that cannot be asked is the target's failure. */
const FINDINGS: Readonly<Record<string, readonly [FailureReason, string]>> = {
  ENOTFOUND: ['unexpected', 'The name does not exist'],
  ENODATA: ['unexpected', 'The name has no record of this type'],
  ESERVFAIL: ['dns', 'The name server failed to answer (SERVFAIL)'],
  EREFUSED: ['refused', 'The name server refused the question'],
  ECONNREFUSED: ['refused', 'The name server does not listen'],
  ETIMEOUT: ['timeout', 'The name server did not answer in time'],
  ECANCELLED: ['timeout', 'The name server did not answer in time'],
  EBADNAME: ['configuration', 'The name is not a valid domain name'],
  EFORMERR: ['protocol', 'The name server did not understand the question'],
  ENOTIMP: ['protocol', 'The name server does not implement the question'],
  EBADRESP: ['protocol', 'The answer of the name server is malformed'],
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function dnsFailure(error: unknown, target: DnsTarget): unknown {
  const code = codeOf(error)
  if (code === 'ECONNREFUSED' && target.server === undefined) {
    return new ProbeFailure('network', "The prober's own name server does not listen")
  }
  const finding = FINDINGS[code]
  return finding ? new ProbeFailure(...finding) : error
}

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
    const answers = await askRecords(resolver, target.name, target.type)
    const latencyMs = effects.monotonicMs() - startedMs
    if (target.expect !== undefined && !holdsAnswer(answers, target.expect, target.type)) {
      throw new ProbeFailure('unexpected', 'None of the answers is the expected one')
    }
    const message =
      answers.length === 1 ? 'Answered with 1 record' : `Answered with ${answers.length} records`
    return { ok: true, latencyMs, message, measurements: { answers: answers.length } }
  } catch (error) {
    throw dnsFailure(error, target)
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
