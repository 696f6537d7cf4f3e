import { http } from '../../shared/kernel/http.ts'
import { rateLimitChecksContract } from '../../shared/rate-limit-checks/contract.ts'
import { baseDeps } from '../http-deps.ts'
import { checkRateLimits } from './check-rate-limits.ts'
import { refundRateLimit } from './refund-rate-limit.ts'

export const handler = http(rateLimitChecksContract, { checkRateLimits, refundRateLimit }, baseDeps)
