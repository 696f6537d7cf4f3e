import { changesContract } from '../../shared/changes/contract.ts'
import { http } from '../../shared/kernel/http.ts'
import { approveChange } from './approve-change.ts'
import { changeDeps } from './deps.ts'
import { getChange } from './get-change.ts'
import { listChanges } from './list-changes.ts'
import { rejectChange } from './reject-change.ts'

export const handler = http(
  changesContract,
  { listChanges, getChange, approveChange, rejectChange },
  changeDeps,
)
