import { http } from '../../shared/kernel/http.ts'
import { requestsContract } from '../../shared/requests/contract.ts'
import { baseDeps } from '../http-deps.ts'
import { listSlowRequests } from './list-slow-requests.ts'
import { reportSlowRequests } from './report-slow-requests.ts'

export const handler = http(requestsContract, { listSlowRequests, reportSlowRequests }, baseDeps)
