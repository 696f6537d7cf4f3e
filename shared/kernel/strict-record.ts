import * as z from 'zod'

/**
 * A record of what comes in that has each of its keys checked. `z.record` passes over a key `__proto__` without a word, and
 * what was sent would not be what is kept.
 */
export const strictRecord = <Key extends z.core.$ZodRecordKey, Value extends z.core.SomeType>(
  key: Key,
  value: Value,
) =>
  z.preprocess(
    (given: z.input<z.ZodRecord<Key, Value>>, context) => {
      if (typeof given === 'object' && given !== null && Object.hasOwn(given, '__proto__')) {
        context.addIssue({ code: 'unrecognized_keys', keys: ['__proto__'], input: given })
      }
      return given
    },
    z.record(key, value),
  )
