import { http } from '../../shared/kernel/http.ts'
import { referenceContract } from '../../shared/reference/contract.ts'
import { referenceDeps } from './deps.ts'
import { getErrors } from './get-errors.ts'
import { getOpenApi } from './get-open-api.ts'
import { getReference } from './get-reference.ts'

export const handler = http(referenceContract, { getOpenApi, getReference, getErrors }, referenceDeps)
