import type { CounterUpdate, UpdateCounter } from '../../shared/kernel/table/counters.ts'
import type { Mutation } from './plan.ts'

const without = <T>(
  record: Readonly<Record<string, T>>,
  isLeftOut: (name: string, index: number) => boolean,
): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([name], index) => !isLeftOut(name, index)))

const MUTANTS: Readonly<Record<Mutation, (update: CounterUpdate) => CounterUpdate>> = {
  none: (update) => update,
  // Fences are the attributes that begin with a small k; counters begin with a capital letter.
  'no-fence': (update) => ({ ...update, atMost: without(update.atMost, (name) => name.startsWith('k')) }),
  // The counter that is read in the next bucket.
  'one-counter-less': (update) => ({ ...update, add: without(update.add, (_, index) => index === 1) }),
}

/** The counters, with a mistake in them. */
export const mutated = (mutation: Mutation, send: UpdateCounter): UpdateCounter => {
  const mutant = MUTANTS[mutation]
  return (update) => send(mutant(update))
}
