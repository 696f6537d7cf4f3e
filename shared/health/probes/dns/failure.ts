import { ProbeFailure } from '../../failure.ts'
import type { FailureReason } from '../../probe.ts'

const LATE: readonly [FailureReason, string] = ['timeout', 'The name server did not answer in time']

/** By the codes of c-ares. The name is what the check is about, so a zone that cannot be asked is the target's failure. */
const FINDINGS: ReadonlyMap<unknown, readonly [FailureReason, string]> = new Map([
  ['ENOTFOUND', ['unexpected', 'The name does not exist']],
  ['ENODATA', ['unexpected', 'The name has no record of this type']],
  ['ESERVFAIL', ['dns', 'The name server failed to answer (SERVFAIL)']],
  ['EREFUSED', ['refused', 'The name server refused the question']],
  ['ECONNREFUSED', ['refused', 'The name server does not listen']],
  ['ETIMEOUT', LATE],
  ['ECANCELLED', LATE],
  ['EBADNAME', ['configuration', 'The name is not a valid domain name']],
  ['EFORMERR', ['protocol', 'The name server did not understand the question']],
  ['ENOTIMP', ['protocol', 'The name server does not implement the question']],
  ['EBADRESP', ['protocol', 'The answer of the name server is malformed']],
])

/**
 * What a failed question says about the name that a check watches.
 * @param error what `node:dns` threw
 * @param namesServer whether the check names a server; otherwise the prober's own is asked, which must listen
 * @returns undefined for an error that is not about DNS
 */
export function dnsFailure(error: unknown, namesServer: boolean): ProbeFailure | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ECONNREFUSED' && !namesServer) {
    return new ProbeFailure('network', "The prober's own name server does not listen")
  }
  const finding = FINDINGS.get(code)
  return finding && new ProbeFailure(...finding)
}
