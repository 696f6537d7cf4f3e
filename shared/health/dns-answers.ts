import type { Resolver } from 'node:dns/promises'
import type { TargetOf } from './check.ts'

export type DnsRecordType = TargetOf<'dns'>['type']

/**
 * Asks for the records of a name and gives each as the text that a zone file holds: an address, a name, for MX
 * `10 mail.example.com`, for TXT its joined strings.
 * @throws c-ares errors (`ENOTFOUND`, `ESERVFAIL`, …) as `node:dns` reports them
 */
export async function askRecords(resolver: Resolver, name: string, type: DnsRecordType): Promise<string[]> {
  switch (type) {
    case 'A':
      return resolver.resolve4(name)
    case 'AAAA':
      return resolver.resolve6(name)
    case 'CNAME':
      return resolver.resolveCname(name)
    case 'NS':
      return resolver.resolveNs(name)
    case 'MX':
      return (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}`)
    case 'TXT':
      return (await resolver.resolveTxt(name)).map((strings) => strings.join(''))
  }
}

/** Names and addresses are the same in any case and with or without the root's dot; text is not. */
function normalised(text: string, type: DnsRecordType): string {
  return type === 'TXT' ? text : text.toLowerCase().replace(/\.$/, '')
}

/** Says whether one of the answers is the expected text. */
export function holdsAnswer(answers: readonly string[], expected: string, type: DnsRecordType): boolean {
  return answers.some((answer) => normalised(answer, type) === normalised(expected, type))
}
