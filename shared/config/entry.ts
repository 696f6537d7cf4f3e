import * as z from 'zod'
import { JsonSchema } from './json-schema.ts'
import { valueFaults } from './value-schema.ts'

/** The name of a configuration entry. */
export const ConfigKey = z
  .string()
  .regex(/^[a-z][a-z0-9_.-]{0,79}$/, 'must be a letter and then up to 79 of a-z, 0-9, "_", "." and "-"')

/** What every entry says of itself. */
export const EntryFields = z.strictObject({
  key: ConfigKey,
  description: z.string().trim().min(1).max(500).describe('What it does; never a secret'),
  schema: JsonSchema.describe('What a value must look like, as JSON Schema'),
  default: z.unknown().describe('What holds until somebody sets a value'),
  unit: z.string().min(1).max(20).optional().describe('What a number counts, e.g. `MB`'),
  public: z.boolean().default(false).describe('Whether anybody may read the value'),
  reason: z.enum(['optional', 'required']).default('optional').describe('Whether a change must say why'),
  approval: z
    .enum(['none', 'second'])
    .default('none')
    .describe('`second`: a change waits until somebody else approves it'),
})

/** The default is a value like any other. */
export function checkDefault(
  { schema, default: value }: Pick<z.output<typeof EntryFields>, 'schema' | 'default'>,
  context: z.RefinementCtx,
): void {
  for (const { path, reason } of valueFaults(schema, value)) {
    context.addIssue({ code: 'custom', path: ['default', ...path], message: reason })
  }
}

/** A typed, validated, versioned runtime setting, as a platform definition or somebody at run time defines it. */
export const Entry = EntryFields.superRefine(checkDefault)
export type Entry = z.output<typeof Entry>
