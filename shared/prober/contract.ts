import * as z from 'zod'
import { Slug } from '../health/check.ts'
import { CheckView, Status } from '../health/schemas.ts'
import { consumer, RESPONDERS, route, schedule, type Route } from '../kernel/route.ts'
import { proberExamples } from './examples.ts'

const STATE_WRITES = [
  'check:read',
  'check:write',
  'result:read',
  'result:write',
  'rollup:write',
  'prober:read',
  'prober:write',
  'heartbeat:read',
  'heartbeat:write',
  'alert:read',
  'alert:write',
  'audit:write',
  'outbox:write',
] as const satisfies Route['uses']

const PROBES = [
  'platform-buckets:probe',
  'user-pool:describe',
  'platform-queues:describe',
  'database:connect',
] as const satisfies Route['uses']

/** A check that was run on demand. */
const RunView = CheckView.extend({
  /** Why it did not run, when it did not. */
  not_run: z.string().optional(),
  /** What each attempt of this run found, the first one first. */
  attempts: z.array(z.object({ ok: z.boolean(), latency_ms: z.number(), message: z.string() })),
})
export type RunView = z.input<typeof RunView>

const runRoute = {
  capability: 'prober',
  method: 'POST',
  roles: RESPONDERS,
  scopes: ['midwatch/write'],
  limit: 'api_heavy',
  idempotent: true,
  uses: [...STATE_WRITES, ...PROBES, 'idempotency:read', 'idempotency:write', 'key:read', 'key:write'],
} as const

/** The queue that a tick with many checks fans out through. */
export const PROBE_QUEUE = 'probe-batches'

export const proberContract = {
  runAllChecks: route({
    ...runRoute,
    path: '/api/v1/ops/health/check',
    summary: 'Run every check now and answer with the results',
    examples: proberExamples.runAllChecks,
    response: z.object({ status: Status, checks: z.array(RunView) }),
    errors: ['request_in_flight', 'key_reused'],
  }),
  runCheck: route({
    ...runRoute,
    path: '/api/v1/ops/health/check/{check}',
    summary: 'Run one check now and answer with its result',
    examples: proberExamples.runCheck,
    params: z.strictObject({ check: Slug }),
    response: RunView,
    errors: ['unknown_check', 'request_in_flight', 'key_reused'],
  }),
  tick: schedule({
    capability: 'prober',
    name: 'tick',
    summary: 'Runs the checks that are due',
    every: 'minute',
    inVpcToo: true,
    timeoutSeconds: 55,
    uses: [...STATE_WRITES, ...PROBES, 'probe-queue:send'],
  }),
  batch: consumer({
    capability: 'prober',
    name: 'batch',
    summary: 'Runs one batch of a tick that was fanned out',
    source: { queue: PROBE_QUEUE },
    batchSize: 1,
    timeoutSeconds: 55,
    uses: [...STATE_WRITES, ...PROBES],
  }),
} as const
