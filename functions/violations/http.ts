import { http } from '../../shared/kernel/http.ts'
import { violationsContract } from '../../shared/violations/contract.ts'
import { violationDeps } from './deps.ts'
import { getLimitStatus } from './get-limit-status.ts'
import { listViolations } from './list-violations.ts'

export const handler = http(violationsContract, { listViolations, getLimitStatus }, violationDeps)
