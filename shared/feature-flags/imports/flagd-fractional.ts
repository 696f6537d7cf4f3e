import * as z from 'zod'
import { bucketOfPart, BUCKETS } from '../hashes/hasher.ts'
import { and, identified, isText, not, oneOf, present, type Formula } from './formula.ts'
import { attributeOf, operationOf, type Json } from './flagd-logic.ts'
import { Inexpressible } from './import.ts'
import { partsOf, TARGETING_KEY, type Parts } from './rules.ts'

const Name = z.union([z.string(), z.number(), z.boolean(), z.null()])
const Entries = z.array(z.union([z.tuple([Name]), z.tuple([Name, z.int()])]))

/** What a `fractional` hashes. */
interface Hashed {
  readonly salt: string
  readonly by: string
  /** Who has an id that Midwatch hashes alike. */
  readonly withId: Formula
  /** What is hashed of whom there is none. */
  readonly withoutId: readonly (readonly [when: Formula, text: string])[]
}

/** A split of everybody. */
export interface Fractional extends Pick<Hashed, 'withId' | 'withoutId'> {
  readonly parts: Parts
}

const FLAG_KEY = '$flagd.flagKey'

const isFlagKey = (node: Json): boolean => {
  const operation = operationOf(node)
  return operation?.name === 'var' && operation.operands[0] === FLAG_KEY
}

/** Texts and the flag's key, then one attribute. */
function joined(nodes: readonly Json[], flagKey: string): Hashed {
  const by = attributeOf(nodes.at(-1))
  const salts = nodes.slice(0, -1).map((node) => (isFlagKey(node) ? flagKey : node))
  if (by === undefined || !salts.every((salt) => typeof salt === 'string')) {
    throw new Inexpressible('It hashes something else than texts and then one attribute.')
  }
  const empty = oneOf(by, [''])
  return {
    salt: salts.join(''),
    by,
    withId: and(present(by), not(empty)),
    // JsonLogic joins what is not there as the word for it.
    withoutId: [
      [not(present(by)), 'null'],
      [empty, ''],
    ],
  }
}

/** @param node what stands before the variants */
function hashedBy(node: Json, flagKey: string): Hashed {
  const operation = operationOf(node)
  if (operation?.name === 'cat') return joined(operation.operands, flagKey)
  const by = attributeOf(node)
  if (by === undefined) throw new Inexpressible('It hashes something else than an attribute.')
  const empty = oneOf(by, [''])
  return { salt: '', by, withId: and(isText(by), not(empty)), withoutId: [[empty, '']] }
}

const hashedByDefault = (flagKey: string): Hashed => ({
  salt: flagKey,
  by: TARGETING_KEY,
  withId: identified(TARGETING_KEY),
  withoutId: [],
})

const greatestDivisor = (left: number, right: number): number =>
  right === 0 ? left : greatestDivisor(right, left % right)

/**
 * The split that a `fractional` makes.
 * @param defaultVariant what an entry without a name stands for
 * @returns `undefined` when nobody has a part of it
 */
export function fractionalOf(
  operands: readonly Json[],
  flagKey: string,
  defaultVariant: string,
): Fractional | undefined {
  const [first] = operands
  const isByDefault = first === undefined || Array.isArray(first)
  const { data } = Entries.safeParse(isByDefault ? operands : operands.slice(1))
  if (data === undefined) {
    throw new Inexpressible('It has a "fractional" of something else than names and whole weights.')
  }
  const entries = data.map(([name, weight = 1]) => ({
    variant: name === null ? defaultVariant : String(name),
    weight: Math.max(weight, 0),
  }))
  const divisor = entries.reduce((so, { weight }) => greatestDivisor(so, weight), 0)
  if (divisor === 0) return undefined
  const scale = entries.reduce((sum, { weight }) => sum + weight, 0) / divisor
  if (scale > BUCKETS) throw new Inexpressible('Its weights divide everybody into more than 100,000 parts.')

  const { salt, by, withId, withoutId } = isByDefault ? hashedByDefault(flagKey) : hashedBy(first, flagKey)
  let sum = 0
  return {
    withId,
    withoutId,
    parts: {
      parts: partsOf(
        entries.map(({ variant, weight }) => ({
          variant,
          end: bucketOfPart((sum += weight / divisor), scale),
        })),
      ),
      bucketing: {
        hash: 'flagd',
        salt,
        ...(by === TARGETING_KEY ? {} : { by }),
        ...(BUCKETS % scale === 0 ? {} : { scale }),
      },
    },
  }
}
