import { healthContract } from '../../shared/health/contract.ts'
import { http } from '../../shared/kernel/http.ts'
import { healthDeps } from './deps.ts'
import { getCheckHistory } from './get-check-history.ts'
import { getHealth } from './get-health.ts'
import { getPublicDetail } from './get-public-detail.ts'
import { getPublicHealth } from './get-public-health.ts'
import { getReadiness } from './get-readiness.ts'
import { getStatus } from './get-status.ts'
import { getUptime } from './get-uptime.ts'

export const handler = http(
  healthContract,
  { getHealth, getCheckHistory, getPublicHealth, getReadiness, getPublicDetail, getUptime, getStatus },
  healthDeps,
)
