import { describe, expect, it } from 'vitest'
import { ERRORS, Problem, problemDocument, statusOf } from '../../../shared/kernel/errors.ts'

describe('a problem document', () => {
  it('says what went wrong, where, and how to quote it', () => {
    const fields = [{ path: 'body.note', reason: 'is too long' }]
    const problem = new Problem('invalid_input', { detail: 'Look at the note.', fields })
    expect(problemDocument(problem, 'request-1')).toEqual({
      type: '/docs/errors#invalid_input',
      title: 'Some fields are wrong; see "fields".',
      status: 422,
      code: 'invalid_input',
      requestId: 'request-1',
      detail: 'Look at the note.',
      fields,
    })
  })

  it('leaves out what there is nothing to say about', () => {
    expect(Object.keys(problemDocument(new Problem('not_found'), 'request-1'))).toEqual([
      'type',
      'title',
      'status',
      'code',
      'requestId',
    ])
  })

  it('never tells the cause', () => {
    const cause = new Error('password=hunter2')
    const problem = new Problem('internal', { cause })
    expect(problem.cause).toBe(cause)
    expect(JSON.stringify(problemDocument(problem, 'request-1'))).not.toContain('hunter2')
  })

  it('logs its detail, or else its title', () => {
    expect(new Problem('conflict', { detail: 'Too late.' }).message).toBe('Too late.')
    expect(new Problem('conflict').message).toBe(ERRORS.conflict.title)
  })

  it.each(Object.entries(ERRORS))('gives %s a status of an error and a whole sentence', (_code, entry) => {
    expect(entry.status).toBeGreaterThanOrEqual(400)
    expect(entry.status).toBeLessThan(600)
    expect(entry.title).toMatch(/^[A-Z].*\.$/)
  })
})

describe('the status of a code', () => {
  it('is that of the table, but for wrong input where OFREP is spoken', () => {
    expect(statusOf('invalid_input')).toBe(422)
    expect(statusOf('invalid_input', 'ofrep')).toBe(400)
    expect(statusOf('unknown_flag', 'ofrep')).toBe(404)
  })
})
