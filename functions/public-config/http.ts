import { http } from '../../shared/kernel/http.ts'
import { publicConfigContract } from '../../shared/public-config/contract.ts'
import { publicConfigDeps } from './deps.ts'
import { getPublicConfig } from './get-public-config.ts'

export const handler = http(publicConfigContract, { getPublicConfig }, publicConfigDeps)
