import * as z from 'zod'
import { route } from '../kernel/route.ts'
import { heartbeatExamples } from './examples.ts'

const common = {
  capability: 'heartbeats',
  roles: 'public',
  limit: 'public_endpoints',
  contentType: 'text/plain; charset=utf-8',
  response: z.string(),
  errors: ['unknown_check'],
  uses: ['heartbeat:write', 'key:read', 'key:write'],
} as const

/** The address itself is the secret, as with healthchecks.io. */
const key = z.guid().describe('From `ping_path` of the check')
/** Lenient, as healthchecks.io is: a job that reports with a stray parameter has still reported. */
const query = z.object({ rid: z.guid().optional().describe('Links the start and the end of one run') })
const signal = z.string().regex(/^(start|fail|log|\d{1,3})$/, 'start, fail, log or an exit code')
/** Whatever the job printed; nothing of it is kept. */
const body = z.unknown()
/** As much as Lambda takes (about 4 MB of what API Gateway hands over in base 64): a job that prints a lot has still reported. */
const maxBodyBytes = 6 * 1024 * 1024

export const heartbeatsContract = {
  ping: route({
    ...common,
    method: 'GET',
    path: '/ping/{key}',
    summary: 'A watched job reports success',
    examples: heartbeatExamples.ping,
    params: z.strictObject({ key }),
    query,
  }),
  postPing: route({
    ...common,
    method: 'POST',
    path: '/ping/{key}',
    summary: 'A watched job reports success',
    examples: heartbeatExamples.postPing,
    params: z.strictObject({ key }),
    query,
    body,
    rawBody: true,
    maxBodyBytes,
  }),
  signal: route({
    ...common,
    method: 'GET',
    path: '/ping/{key}/{signal}',
    summary: 'A watched job reports its start, a failure or an exit code',
    examples: heartbeatExamples.signal,
    params: z.strictObject({ key, signal }),
    query,
  }),
  postSignal: route({
    ...common,
    method: 'POST',
    path: '/ping/{key}/{signal}',
    summary: 'A watched job reports its start, a failure or an exit code',
    examples: heartbeatExamples.postSignal,
    params: z.strictObject({ key, signal }),
    query,
    body,
    rawBody: true,
    maxBodyBytes,
  }),
} as const
