import { flagFaults } from './flag-faults.ts'
import { FlagFields, flagOf } from './flag.ts'
import { NewFlagKey } from './flag-key.ts'

/** A flag as platform definitions give it. */
export const FlagDefinition = FlagFields.extend({ key: NewFlagKey })
  .superRefine((fields, context) => {
    const faults = [...flagFaults(fields)]
    if (fields.category === 'killswitch' && fields.status !== 'disabled') {
      faults.push([['status'], 'must be "disabled": a definition does not engage a killswitch'])
    }
    for (const [path, message] of faults) context.addIssue({ code: 'custom', path: [...path], message })
  })
  .transform(({ key, ...fields }) => flagOf(key, fields))
