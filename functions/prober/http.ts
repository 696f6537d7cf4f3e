import { http } from '../../shared/kernel/http.ts'
import { proberContract } from '../../shared/prober/contract.ts'
import { proberHttpDeps } from './http-deps.ts'
import { runAllChecks } from './run-all-checks.ts'
import { runCheck } from './run-check.ts'

export const handler = http(proberContract, { runAllChecks, runCheck }, proberHttpDeps)
