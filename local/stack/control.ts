import type { IncomingMessage } from 'node:http'
import * as z from 'zod'
import { Severity } from '../../shared/health/check.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import { readBody } from '../gateway/body.ts'
import { splitTarget } from '../gateway/event.ts'
import { jsonReply, type WireReply } from '../gateway/reply.ts'
import type { Answer } from '../gateway/server.ts'
import type { FaultSettings } from '../faults/faults.ts'
import { FAULT_TARGETS, isFaultTarget, type FaultControls, type FaultTarget } from './faults.ts'
import type { InboxEntry, InboxFilter } from './inbox.ts'

export const CONTROL_PREFIX = '/_local/'

interface ControlOptions {
  readonly inbox: (filter: InboxFilter) => readonly InboxEntry[]
  readonly faults: FaultControls
  readonly state: () => object
}

const InboxQuery = z.strictObject({
  severity: Severity.optional(),
  since: z.iso.datetime({ offset: true }).optional(),
})

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

/** These routes have no token, so nothing but this machine's own tools may reach them: no other site in a browser can. */
function assertLocalCaller({ headers }: IncomingMessage): void {
  const { host = '', origin } = headers
  const isOwnOrigin = origin === undefined || URL.parse(origin)?.host === host
  if (LOOPBACK_HOST.test(host) && isOwnOrigin) return
  throw new Problem('forbidden', { detail: 'The control routes answer callers on this machine only.' })
}

const invalid = (error: z.ZodError, part: string): Problem =>
  new Problem('invalid_input', {
    fields: error.issues.map(({ path, message }) => ({
      path: [part, ...path.map(String)].join('.'),
      reason: message,
    })),
  })

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text)
  } catch {
    throw new Problem('invalid_json')
  }
}

/** `set` checks plain data itself. */
const unchecked = (body: unknown) => body as FaultSettings

async function setFaults(faults: FaultControls, target: FaultTarget, request: IncomingMessage) {
  const body = parsedJson((await readBody(request)).toString('utf8'))
  try {
    await faults.set(target, unchecked(body))
  } catch (error) {
    if (error instanceof z.ZodError) throw invalid(error, 'body')
    throw new Problem('invalid_input', { detail: error instanceof Error ? error.message : String(error) })
  }
}

function targetOf(name: string): FaultTarget {
  if (isFaultTarget(name)) return name
  throw new Problem('not_found', {
    detail: `Faults can be set for ${FAULT_TARGETS.join(', ')}.`,
  })
}

async function changeFaults(faults: FaultControls, name: string, request: IncomingMessage): Promise<void> {
  if (request.method === 'DELETE') return faults.clear(name === '' ? undefined : targetOf(name))
  if (request.method === 'POST') return setFaults(faults, targetOf(name), request)
  throw new Problem('method_not_allowed', { headers: { allow: 'DELETE, POST' } })
}

function readInbox({ inbox }: ControlOptions, query: string): WireReply {
  const filter = InboxQuery.safeParse(Object.fromEntries(new URLSearchParams(query)))
  if (!filter.success) throw invalid(filter.error, 'query')
  return jsonReply(200, { messages: inbox(filter.data) })
}

/**
 * The routes under `/_local/`: `GET inbox?severity=&since=`, `GET state`, `POST faults/{target}` with a fault
 * proxy's settings, `DELETE faults/{target}` and `DELETE faults`.
 */
export function createControl(options: ControlOptions): Answer {
  return async (request) => {
    assertLocalCaller(request)
    const { path, query } = splitTarget(request.url ?? '/')
    const [area = '', name = '', ...rest] = path.slice(CONTROL_PREFIX.length).split('/')
    if (rest.length === 0 && area === 'faults') {
      await changeFaults(options.faults, name, request)
      return jsonReply(200, { faults: options.faults.state() })
    }
    if (name !== '' || !['inbox', 'state'].includes(area)) throw new Problem('not_found')
    if (request.method !== 'GET') throw new Problem('method_not_allowed', { headers: { allow: 'GET' } })
    return area === 'inbox' ? readInbox(options, query) : jsonReply(200, options.state())
  }
}
