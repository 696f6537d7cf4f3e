import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { buildApp } from 'fauxqs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { s3Probe } from '../../../shared/health/probes/s3.ts'
import { loopbackClient } from '../../support/attempt.ts'
import { outcomeOf } from '../../support/outcome.ts'
import { closedPort, httpServer } from '../../support/tcp-server.ts'

const target = { bucket: 'avatars', canaryKey: 'midwatch/canary' }
const clientOf = (port: number) =>
  new S3Client({ ...loopbackClient(`http://127.0.0.1:${port}`), forcePathStyle: true })

// Not `startFauxqs`, which listens on every address of the machine.
const fauxqs = buildApp({ logger: false })
let port: number
let s3: S3Client
beforeAll(async () => {
  port = Number(new URL(await fauxqs.listen({ port: 0, host: '127.0.0.1' })).port)
  s3 = clientOf(port)
  await s3.send(new CreateBucketCommand({ Bucket: target.bucket }))
}, 60_000)
afterAll(() => fauxqs.close())

function* megabytes(sent: (byteCount: number) => void) {
  for (;;) {
    sent(1_000_000)
    yield Buffer.alloc(1_000_000)
  }
}

const canary = () =>
  s3
    .send(new GetObjectCommand({ Bucket: target.bucket, Key: target.canaryKey }))
    .then((reply) => reply.Body?.transformToString())

describe('a bucket that works', () => {
  it('keeps a canary object, a new one each time', async () => {
    const outcome = await outcomeOf(s3Probe, target, { s3 })
    expect(outcome).toMatchObject({ ok: true, message: 'The canary object was written and read back' })
    expect(outcome.latencyMs).toBeGreaterThan(0)
    const first = await canary()
    await outcomeOf(s3Probe, target, { s3 })
    expect(first).toMatch(/^midwatch canary [0-9A-Z]{26}\n$/)
    expect(await canary()).not.toBe(first)
  })

  it('is healthy although another prober replaces the canary once between write and read', async () => {
    const client = clientOf(port)
    let replacements = 0
    client.middlewareStack.add(
      (next, context) => async (request) => {
        if (context.commandName === 'GetObjectCommand' && replacements === 0) {
          replacements += 1
          const Body = 'midwatch canary 00000000000000000000000000\n'
          await s3.send(new PutObjectCommand({ Bucket: target.bucket, Key: target.canaryKey, Body }))
        }
        return next(request)
      },
      { step: 'initialize' },
    )
    expect(await outcomeOf(s3Probe, target, { s3: client })).toMatchObject({ ok: true })
    expect(replacements).toBe(1)
  })
})

describe('a bucket that fails', () => {
  it('reports a bucket that does not exist and tells nothing of its name', async () => {
    const outcome = await outcomeOf(s3Probe, { ...target, bucket: 'no-such-bucket' }, { s3 })
    expect(outcome).toMatchObject({ ok: false, reason: 'unexpected', message: 'The bucket does not exist' })
    expect(JSON.stringify(outcome)).not.toMatch(new RegExp(`no-such|127\\.0|${port}`))
  })

  it('reports a refused connection', async () => {
    const outcome = await outcomeOf(s3Probe, target, { s3: clientOf(await closedPort()) })
    expect(outcome).toMatchObject({ ok: false, reason: 'refused', message: 'The connection was refused' })
  })

  it('reports a canary that reads back as something else', async () => {
    const server = await httpServer((request, response) => {
      request.resume()
      response.setHeader('content-length', request.method === 'GET' ? 43 : 0)
      response.end(request.method === 'GET' ? 'x'.repeat(43) : '')
    })
    const outcome = await outcomeOf(s3Probe, target, { s3: clientOf(server.port) })
    expect(outcome).toMatchObject({
      reason: 'unexpected',
      message: 'The canary object did not read back as written',
    })
  })

  it('does not download an object that is no canary', async () => {
    let sentBytes = 0
    const server = await httpServer((request, response) => {
      request.resume()
      if (request.method !== 'GET') {
        response.end()
        return
      }
      response.writeHead(200, { 'content-length': 5_000_000_000 })
      Readable.from(megabytes((byteCount) => (sentBytes += byteCount))).pipe(response)
    })
    const outcome = await outcomeOf(s3Probe, target, { s3: clientOf(server.port) })
    expect(outcome).toMatchObject({
      reason: 'unexpected',
      message: 'The canary object did not read back as written',
    })
    expect(sentBytes).toBeLessThan(100_000_000)
  })

  it.each([
    [403, 'denied', 'Access to the bucket is denied'],
    [503, 'unexpected', 'The service answered with a server error'],
  ])('reports status %i', async (status, reason, message) => {
    const server = await httpServer((request, response) => {
      request.resume()
      response.writeHead(status).end()
    })
    const outcome = await outcomeOf(s3Probe, target, { s3: clientOf(server.port) })
    expect(outcome).toMatchObject({ ok: false, reason, message })
  })

  it.each([
    [400, 'ExpiredToken', 'credentials', 'The prober has no valid AWS credentials'],
    [403, 'InvalidAccessKeyId', 'credentials', 'The prober has no valid AWS credentials'],
    [301, 'PermanentRedirect', 'configuration', 'The bucket is in another region'],
    [403, 'AccessDenied', 'denied', 'Access to the bucket is denied'],
  ])('learns from a read what status %i means: %s', async (status, code, reason, message) => {
    const server = await httpServer((request, response) => {
      request.resume()
      response.writeHead(status, { 'content-type': 'application/xml' })
      response.end(request.method === 'HEAD' ? '' : `<Error><Code>${code}</Code></Error>`)
    })
    const outcome = await outcomeOf(s3Probe, target, { s3: clientOf(server.port) })
    expect(outcome).toMatchObject({ ok: false, reason, message })
  })

  it('takes a bucket for denied although its canary may be read', async () => {
    const server = await httpServer((request, response) => {
      request.resume()
      response.writeHead(request.method === 'HEAD' ? 403 : 200).end()
    })
    const outcome = await outcomeOf(s3Probe, target, { s3: clientOf(server.port) })
    expect(outcome).toMatchObject({ reason: 'denied', message: 'Access to the bucket is denied' })
  })

  it('reports a reply that is not that of S3', async () => {
    const server = await httpServer((request, response) => {
      request.resume()
      response.writeHead(500).end('<<<garbage')
    })
    const outcome = await outcomeOf(s3Probe, target, { s3: clientOf(server.port) })
    expect(outcome).toMatchObject({ ok: false, reason: 'unexpected' })
  })
})

describe('a bucket that hangs', () => {
  it.each([
    ['on HEAD', 'HEAD', (): void => undefined],
    ['on the write', 'PUT', (): void => undefined],
    ['on the read', 'GET', (): void => undefined],
    [
      'in the middle of the object',
      'GET',
      (response: ServerResponse) => void response.writeHead(200, { 'content-length': 43 }).write('midwatch'),
    ],
  ])('%s costs its timeout and no socket', async (_, method, hang) => {
    const server = await httpServer((request, response) => {
      request.resume()
      if (request.method === method) return hang(response)
      response.end()
    })
    const client = clientOf(server.port)
    const outcome = await outcomeOf(s3Probe, target, { timeoutMs: 600, s3: client })
    expect(outcome).toMatchObject({ ok: false, reason: 'timeout', message: 'There was no answer in time' })
    await server.released()
  })
})
