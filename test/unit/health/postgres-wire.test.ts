import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProbeFailure } from '../../../shared/health/failure.ts'
import { MessageGate } from '../../../shared/health/probes/postgres/wire.ts'
import { errorMessage, READY, row, SIGNED_IN } from '../../support/postgres-server.ts'

const messages = [SIGNED_IN, READY, errorMessage('28P01', 'no'), SIGNED_IN]

function passedOrStopped(chunks: readonly Uint8Array[]): boolean {
  const gate = new MessageGate()
  try {
    for (const chunk of chunks) gate.accept(Buffer.from(chunk))
    return true
  } catch (error) {
    return error instanceof ProbeFailure
  }
}

describe('the gate before pg', () => {
  it('passes whole messages, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 })), (sizes) => {
        const gate = new MessageGate()
        const passed: Buffer[] = []
        let rest = Buffer.concat(messages)
        for (const size of [...sizes, Infinity]) {
          passed.push(...gate.accept(rest.subarray(0, size)))
          rest = rest.subarray(size)
        }
        expect(passed).toEqual(messages)
      }),
    )
  })

  it('passes every kind of message that a query brings', () => {
    expect(Buffer.concat(new MessageGate().accept(row('one', '1')))).toEqual(row('one', '1'))
  })

  it('stops everything else, and never hangs', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (chunks) => {
        expect(passedOrStopped(chunks)).toBe(true)
      }),
    )
  })
})
