import type { EvaluationContext } from '../../../../shared/feature-flags/context.ts'
import { evaluate, type FlagSet } from '../../../../shared/feature-flags/evaluate.ts'
import { isError } from '../../../../shared/feature-flags/evaluation.ts'
import { flagSetOf } from '../../../../shared/feature-flags/flag-set.ts'
import type { Import, Importer } from '../../../../shared/feature-flags/imports/import.ts'

/** How many ids each definition is compared on. */
export const IDS = 100_000

const STEMS = ['user', 'müller', '用户', 'пользователь', '😀', 'ACME:eu-west', 'a']

/** Different ids: numbers, words, addresses, of one to many letters, every third of them not ASCII. */
export const ids: readonly string[] = Array.from({ length: IDS }, (_, index) => {
  if (index % 3 !== 0)
    return index % 2 === 0 ? String(index * 7919) : `user-${index.toString(36)}@example.com`
  return `${STEMS[index % STEMS.length]}${index}`
})

/** Enough to see what does not depend on the hash. */
export const fewIds: readonly string[] = ids.slice(0, 2_000)

/** Imports a definition; nothing of it may be left out. */
export function wholeImport(importer: Importer, definition: unknown): FlagSet {
  const { flags, skipped } = importer(definition)
  if (skipped.length > 0) throw new Error(`Something was left out: ${JSON.stringify(skipped)}`)
  return flagSetOf(flags, [], {})
}

const now = () => 0

/** The variant that Midwatch gives, or the code of the error that it reports. */
export function variantOf(flags: FlagSet, key: string, context: EvaluationContext): string {
  const evaluation = evaluate(flags, key, context, now)
  return isError(evaluation) ? evaluation.errorCode : evaluation.variant
}

/** The value that Midwatch gives, or the code of the error that it reports. */
export function valueOf(flags: FlagSet, key: string, context: EvaluationContext): unknown {
  const evaluation = evaluate(flags, key, context, now)
  return isError(evaluation) ? evaluation.errorCode : evaluation.value
}

/** Who is given something else than before, the first few of them, and how many different things anybody is given. */
export interface Placement {
  readonly moved: readonly string[]
  readonly outcomes: number
}

/** What a vendor's SDK is asked about, and the same in Midwatch's words. */
export interface Compared<Context> {
  readonly contexts: Iterable<Context>
  readonly vendor: (context: Context) => unknown
  readonly midwatch: (context: Context) => unknown
}

/** Compares what the vendor gives everybody with what Midwatch gives. */
export function placementOf<Context>({ contexts, vendor, midwatch }: Compared<Context>): Placement {
  const moved: string[] = []
  const counts = new Map<unknown, number>()
  for (const context of contexts) {
    const before = vendor(context)
    const after = midwatch(context)
    counts.set(before, (counts.get(before) ?? 0) + 1)
    if (before !== after && moved.length < 5)
      moved.push(`${JSON.stringify(context)}: ${String(before)} became ${String(after)}`)
  }
  return { moved, outcomes: counts.size }
}

/** An entry of a list, over and over. */
export function oneOf<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length]
  if (item === undefined) throw new Error('The list is empty.')
  return item
}

/** A context with one attribute, or with none. */
type Attribute = Readonly<{ a?: string | number | boolean | null }>

const TEXTS = ['x', 'y', 'xy', '5', '0', '1', '', 'true', '-3', '5.0', '9.5', '2.1.0', 'v2.1.0', '2.1.0-rc.1']

/** Every type of value that an attribute can have; absent where there is nothing. */
export const ATTRIBUTES: readonly Attribute[] = [
  {},
  ...TEXTS.map((a) => ({ a })),
  ...[5, 0, 1, 9.5, -3].map((a) => ({ a })),
  ...[true, false, null].map((a) => ({ a })),
]

/** Nobody moved, and there were as many different things to be given. */
export const nobodyMoved = (outcomes: number): Placement => ({ moved: [], outcomes })

/** Why flags were left out, by key. */
export const reasons = ({ skipped }: Import): Readonly<Record<string, string>> =>
  Object.fromEntries(skipped.map(({ key, reason }) => [key, reason]))
