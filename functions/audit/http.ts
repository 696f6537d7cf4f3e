import { auditContract } from '../../shared/audit/contract.ts'
import { http } from '../../shared/kernel/http.ts'
import { baseDeps } from '../http-deps.ts'
import { listAudit } from './list-audit.ts'

export const handler = http(auditContract, { listAudit }, baseDeps)
