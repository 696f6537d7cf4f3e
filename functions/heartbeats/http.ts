import { heartbeatsContract } from '../../shared/heartbeats/contract.ts'
import { http } from '../../shared/kernel/http.ts'
import { heartbeatDeps } from './deps.ts'
import { record } from './record.ts'

export const handler = http(
  heartbeatsContract,
  {
    ping: ({ params }, deps) => record(params.key, undefined, deps),
    postPing: ({ params }, deps) => record(params.key, undefined, deps),
    signal: ({ params }, deps) => record(params.key, params.signal, deps),
    postSignal: ({ params }, deps) => record(params.key, params.signal, deps),
  },
  heartbeatDeps,
)
