import { canonicalJson } from '../kernel/canonical.ts'
import type { LiveFlag } from './flag.ts'

type Packable = Omit<LiveFlag, 'key' | 'schedule'>

/** What most flags have: the snapshot leaves it out, which makes it half as long to read. */
const USUAL: Packable = {
  category: 'backend',
  status: 'disabled',
  type: 'boolean',
  variants: { on: true, off: false },
  on: 'on',
  off: 'off',
  split: [],
  bucketing: { hash: 'murmur3' },
  targets: [],
  rules: [],
  prerequisites: [],
  public: false,
}

const USUAL_TEXTS: ReadonlyMap<string, string> = new Map(
  Object.entries(USUAL).map(([name, value]) => [name, canonicalJson(value)]),
)

/** A flag without what most flags have. */
export type PackedFlag = Partial<Packable> & Pick<LiveFlag, 'key' | 'schedule'>

/** A flag less some of its usual fields is a packed one. */
const asPacked = (fields: unknown) => fields as PackedFlag

/** Leaves out what most flags have. */
export const packFlag = (flag: LiveFlag): PackedFlag =>
  asPacked(
    Object.fromEntries(
      Object.entries(flag).filter(([name, value]) => USUAL_TEXTS.get(name) !== canonicalJson(value)),
    ),
  )

/** The flag with everything that it has. */
export const unpackFlag = (packed: PackedFlag): LiveFlag => ({ ...USUAL, ...packed })
