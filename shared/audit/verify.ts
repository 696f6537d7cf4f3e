import { auditHash, type AuditEvent, type ChainEnd } from '../kernel/audit.ts'
import { canonicalJson, sha256 } from '../kernel/canonical.ts'

/** Where every chain that changed on a day stood at its end, linked to the head before it. */
export interface AuditHead {
  /** `2026-02-15` */
  readonly day: string
  readonly chains: readonly ({ readonly entity: string } & ChainEnd)[]
  /** The hash of the head before this one; empty for the first. */
  readonly prevHash: string
  /** SHA-256 of the canonical JSON of everything above. */
  readonly hash: string
}

/** Something that does not fit. */
export interface AuditFault {
  readonly where: string
  readonly what: string
}

/** The hash that a head must carry. */
export const headHash = (head: Omit<AuditHead, 'hash'>): string => sha256(canonicalJson(head))

/**
 * The head of a day.
 * @param events all events of that day, in any order
 * @param previous the newest head before that day
 */
export function headOf(
  day: string,
  events: readonly AuditEvent[],
  previous: AuditHead | undefined,
): AuditHead {
  const ends = new Map<string, ChainEnd>()
  for (const { entity, seq, hash } of events) {
    if ((ends.get(entity)?.seq ?? 0) < seq) ends.set(entity, { seq, hash })
  }
  const chains = [...ends]
    .map(([entity, end]) => ({ entity, ...end }))
    .sort((left, right) => (left.entity < right.entity ? -1 : 1))
  const head = { day, chains, prevHash: previous?.hash ?? '' }
  return { ...head, hash: headHash(head) }
}

const where = (event: AuditEvent): string => `${event.entity} #${event.seq}`

/** Faults of one chain, whose events are sorted by `seq`. */
function chainFaults(events: readonly AuditEvent[]): AuditFault[] {
  const faults: AuditFault[] = []
  let end: ChainEnd = { seq: 0, hash: '' }
  for (const event of events) {
    const { hash, ...content } = event
    if (event.seq === end.seq) faults.push({ where: where(event), what: 'it is there twice' })
    else if (event.seq !== end.seq + 1)
      faults.push({ where: where(event), what: `event ${end.seq + 1} is missing before it` })
    if (event.prevHash !== end.hash)
      faults.push({ where: where(event), what: 'it does not follow the event before it' })
    if (auditHash(content) !== hash) faults.push({ where: where(event), what: 'its content was altered' })
    end = { seq: event.seq, hash }
  }
  return faults
}

function headFaults(heads: readonly AuditHead[], hashes: ReadonlyMap<string, string>): AuditFault[] {
  const faults: AuditFault[] = []
  let prevHash = ''
  for (const head of heads) {
    const { hash, ...content } = head
    if (headHash(content) !== hash) faults.push({ where: `head of ${head.day}`, what: 'it was altered' })
    if (head.prevHash !== prevHash)
      faults.push({ where: `head of ${head.day}`, what: 'it does not follow the head before it' })
    for (const end of head.chains) {
      if (hashes.get(`${end.entity} #${end.seq}`) === end.hash) continue
      faults.push({ where: `${end.entity} #${end.seq}`, what: `it is not what the head of ${head.day} says` })
    }
    prevHash = hash
  }
  return faults
}

/** Events that bear the date of a day whose head does not know them: written afterwards. */
function lateFaults(events: readonly AuditEvent[], heads: readonly AuditHead[]): AuditFault[] {
  const endsByDay = new Map(
    heads.map(({ day, chains }) => [day, new Map(chains.map(({ entity, seq }) => [entity, seq]))]),
  )
  return events.flatMap((event) => {
    const day = event.at.slice(0, 10)
    const ends = endsByDay.get(day)
    if (ends === undefined || event.seq <= (ends.get(event.entity) ?? 0)) return []
    return [{ where: where(event), what: `the head of ${day} does not know it` }]
  })
}

/**
 * Verifies audit chains and the published heads over them, from exported data alone.
 * @param events all events, in any order
 * @param heads all heads, in any order
 * @returns what does not fit; empty when everything does
 */
export function verifyAudit(
  events: readonly AuditEvent[],
  heads: readonly AuditHead[],
): readonly AuditFault[] {
  const chains = new Map<string, AuditEvent[]>()
  for (const event of events) chains.set(event.entity, [...(chains.get(event.entity) ?? []), event])
  const hashes = new Map(events.map((event) => [where(event), event.hash]))
  const byDay = [...heads].sort((left, right) => (left.day < right.day ? -1 : 1))
  return [
    ...[...chains.values()].flatMap((chain) =>
      chainFaults(chain.sort((left, right) => left.seq - right.seq)),
    ),
    ...headFaults(byDay, hashes),
    ...lateFaults(events, heads),
  ]
}
