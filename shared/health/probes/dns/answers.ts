import type { Resolver } from 'node:dns/promises'
import type { TargetOf } from '../../check.ts'

export type DnsRecordType = TargetOf<'dns'>['type']

/**
 * Asks for the records of a name and gives each as the text that a zone file holds: an address, a name, for MX
 * `10 mail.example.com`, for TXT its joined strings. Throws c-ares errors (`ENOTFOUND`, `ESERVFAIL`, …).
 */
type Ask = (resolver: Resolver, name: string) => Promise<string[]>

/** How to ask for each type of record. */
export const ASK_RECORDS: Readonly<Record<DnsRecordType, Ask>> = {
  A: (resolver, name) => resolver.resolve4(name),
  AAAA: (resolver, name) => resolver.resolve6(name),
  CNAME: (resolver, name) => resolver.resolveCname(name),
  NS: (resolver, name) => resolver.resolveNs(name),
  MX: async (resolver, name) =>
    (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}`),
  TXT: async (resolver, name) => (await resolver.resolveTxt(name)).map((strings) => strings.join('')),
}

/** Names and addresses are the same in any case and with or without the root's dot; text is not. */
function normalised(text: string, type: DnsRecordType): string {
  return type === 'TXT' ? text : text.toLowerCase().replace(/\.$/, '')
}

/** Says whether one of the answers is the expected text. */
export function holdsAnswer(answers: readonly string[], expected: string, type: DnsRecordType): boolean {
  return answers.some((answer) => normalised(answer, type) === normalised(expected, type))
}
