import { addAbortSignal, Readable } from 'node:stream'
import { GetObjectCommand, HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import type { TargetOf } from '../check.ts'
import { untilAborted } from '../network/deadline.ts'
import { failedOutcome, httpStatusOf, ProbeFailure } from '../failure.ts'
import type { FailureReason, Probe, ProbeAttempt, ProbeServices } from '../probe.ts'

type Target = TargetOf<'s3'>
/** What the three calls have in common. */
interface Round extends Pick<ProbeAttempt, 'signal'>, Pick<ProbeServices, 's3' | 'effects'> {
  readonly target: Target
}

/** Another prober may replace the canary between our write and our read, so a difference is judged by a second look. */
const LOOKS = 2

/** Asks for the bucket, writes a canary object, reads it back and compares. The latency is that of the whole round. */
export const s3Probe: Probe<'s3'> = async (target, { signal }, { s3, effects }) => {
  const round = { target, signal, s3, effects }
  const startedAt = effects.monotonicMs()
  await untilAborted(headBucket(round), signal)
  for (let look = 1; !(await untilAborted(canaryReturns(round), signal)); look += 1) {
    if (look === LOOKS) throw new ProbeFailure('unexpected', 'The canary object did not read back as written')
  }
  const latencyMs = effects.monotonicMs() - startedAt
  return { ok: true, latencyMs, message: 'The canary object was written and read back' }
}

const OUR_FAULTS: ReadonlySet<FailureReason> = new Set(['credentials', 'configuration'])

async function headBucket(round: Round): Promise<void> {
  const { s3, target, signal } = round
  try {
    await s3.send(new HeadBucketCommand({ Bucket: target.bucket }), { abortSignal: signal })
  } catch (error) {
    const status = httpStatusOf(error)
    if (status === 404) throw new ProbeFailure('unexpected', 'The bucket does not exist')
    if (status === 301 || status === 400 || status === 403) throw await explainDenial(round)
    throw error
  }
}

/**
 * A reply to HEAD has no body, so S3 cannot say whether the bucket refuses us, our credentials have expired or we ask in
 * the wrong region. A reply to GET can.
 */
async function explainDenial(round: Round): Promise<unknown> {
  const denial = new ProbeFailure('denied', 'Access to the bucket is denied')
  try {
    await readCanary(round)
    return denial
  } catch (error) {
    return OUR_FAULTS.has(failedOutcome(error, 0, round.signal).reason) ? error : denial
  }
}

/** Writes a canary with an id that was never used before. */
async function canaryReturns(round: Round): Promise<boolean> {
  const { s3, target, signal, effects } = round
  const canary = `midwatch canary ${effects.id()}\n`
  const Body = Buffer.from(canary)
  const place = { Bucket: target.bucket, Key: target.canaryKey }
  const command = new PutObjectCommand({ ...place, Body, ContentType: 'text/plain' })
  await s3.send(command, { abortSignal: signal })
  return (await readCanary(round, Body.length)) === canary
}

/** The canary's text; undefined when the object is not `byteCount` long, whose content is then not downloaded. */
async function readCanary({ s3, target, signal }: Round, byteCount?: number): Promise<string | undefined> {
  const command = new GetObjectCommand({ Bucket: target.bucket, Key: target.canaryKey })
  const { Body, ContentLength } = await s3.send(command, { abortSignal: signal })
  if (!(Body instanceof Readable)) return undefined
  addAbortSignal(signal, Body)
  try {
    return ContentLength === byteCount ? await Body.transformToString() : undefined
  } finally {
    Body.destroy()
  }
}
