/** Waits for somebody who is not `maria`. */
const pending = {
  id: '01KHFVQ3W8M2T5R7B4C1DNXZ6Q',
  kind: 'config',
  target: 'creator_pool_percentage',
  state: 'pending',
  action: 'config.set',
  current: 0.1,
  proposed: 0.12,
  based_on: 3,
  reason: 'Agreed with the creators in February',
  requested_at: '2026-02-15T09:12:45.120Z',
  requested_by: 'maria',
  expires_at: '2026-02-22T09:12:45.120Z',
  version: 1,
}

const decided = { decided_at: '2026-02-15T10:03:11.907Z', decided_by: 'tom', version: 2 }
const params = { change: pending.id }
const reason = 'Not before the quarter ends'

/** One example a route of changes. */
export const changeExamples = {
  listChanges: { response: { changes: [pending] } },
  getChange: { params, response: pending },
  approveChange: { params, response: { ...pending, ...decided, state: 'approved' } },
  rejectChange: {
    params,
    body: { reason },
    response: { ...pending, ...decided, state: 'rejected', decision_reason: reason },
  },
}
