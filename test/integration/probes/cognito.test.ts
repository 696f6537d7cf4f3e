import { generateKeyPairSync } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { cognitoProbe } from '../../../shared/health/probes/cognito.ts'
import { loopbackClient } from '../../support/attempt.ts'
import { closed } from '../../support/loopback.ts'
import { outcomeOf } from '../../support/outcome.ts'
import { closedPort, httpServer } from '../../support/tcp-server.ts'

const target = { userPoolId: 'eu-central-1_aBcDeF123' }
const KEY_SET_PATH = `/${target.userPoolId}/.well-known/jwks.json`
const clientOf = (port: number) =>
  new CognitoIdentityProviderClient(loopbackClient(`http://127.0.0.1:${port}`))

const rsaKey = {
  ...generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ format: 'jwk' }),
  kid: 'first',
  alg: 'RS256',
  use: 'sig',
}
const keySet = JSON.stringify({ keys: [rsaKey, { ...rsaKey, kid: 'second' }] })

type Answer = (request: IncomingMessage, response: ServerResponse) => void
const hang: Answer = () => undefined
const breakOff: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': 500 }).write('{"keys":[')
  setImmediate(() => response.destroy())
}
const json =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', ...headers }).end(body)

/** Speaks the two calls: DescribeUserPool, and the pool's key set. */
const cognito =
  ({
    describe = json(200, '{"UserPool":{}}'),
    keys = json(200, keySet),
  }: { describe?: Answer; keys?: Answer } = {}): RequestListener =>
  (request, response) => {
    request.resume()
    const isCall = request.headers['x-amz-target'] === 'AWSCognitoIdentityProviderService.DescribeUserPool'
    if (isCall) return describe(request, response)
    if (request.url === KEY_SET_PATH) return keys(request, response)
    response.writeHead(404).end()
  }

const check = async (listener: RequestListener, timeoutMs = 5_000) => {
  const server = await httpServer(listener)
  const client = clientOf(server.port)
  const outcome = await outcomeOf(cognitoProbe, target, { cognito: client, timeoutMs })
  expect(JSON.stringify(outcome)).not.toMatch(new RegExp(`127\\.0|${server.port}|aBcDeF123|test-key-id`))
  return outcome
}

describe('a user pool that works', () => {
  it('is described and publishes its signing keys', async () => {
    const outcome = await check(cognito())
    expect(outcome).toMatchObject({
      ok: true,
      message: 'The user pool answered and publishes its signing keys',
      measurements: { signing_keys: 2 },
    })
    expect(outcome.latencyMs).toBeGreaterThan(0)
  })
})

describe('a client without an endpoint of its own', () => {
  it('finds the key set where the environment says that Cognito is', async () => {
    const server = await httpServer(cognito())
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${server.port}`)
    onTestFinished(() => void vi.unstubAllEnvs())
    const { region, credentials } = loopbackClient()
    const client = new CognitoIdentityProviderClient({ region, credentials })
    expect(await outcomeOf(cognitoProbe, target, { cognito: client })).toMatchObject({ ok: true })
  })
})

describe('a user pool that fails', () => {
  it('reports a refused connection', async () => {
    const outcome = await outcomeOf(cognitoProbe, target, { cognito: clientOf(await closedPort()) })
    expect(outcome).toMatchObject({ ok: false, reason: 'refused', message: 'The connection was refused' })
  })

  it('reports an id that cannot be one of a user pool, without a call', async () => {
    const outcome = await outcomeOf(cognitoProbe, { userPoolId: '../../secrets' })
    expect(outcome).toMatchObject({ reason: 'configuration', message: 'The target is not a user pool id' })
  })

  it.each([
    [400, 'ResourceNotFoundException', 'unexpected', 'The resource does not exist'],
    [400, 'NotAuthorizedException', 'denied', 'Access is denied'],
    [400, 'AccessDeniedException', 'denied', 'Access is denied'],
    [400, 'TooManyRequestsException', 'unexpected', 'The service is throttling requests'],
    [400, 'ExpiredTokenException', 'credentials', 'The prober has no valid AWS credentials'],
    [400, 'UnrecognizedClientException', 'credentials', 'The prober has no valid AWS credentials'],
    [500, 'InternalErrorException', 'unexpected', 'The service answered with a server error'],
  ])('reports status %i with %s', async (status, type, reason, message) => {
    const body = JSON.stringify({ __type: type, message: `User pool ${target.userPoolId} is secret` })
    const outcome = await check(cognito({ describe: json(status, body) }))
    expect(outcome).toMatchObject({ ok: false, reason, message })
  })

  it('reports a description that is not JSON', async () => {
    const outcome = await check(cognito({ describe: json(200, '<html>') }))
    expect(outcome).toMatchObject({ reason: 'protocol', message: 'The reply could not be understood' })
  })
})

describe('a key set that fails', () => {
  it.each([
    ['is missing', json(404, ''), 'unexpected', 'The key set was answered with status 404'],
    ['is not JSON', json(200, '<html>'), 'protocol', 'The reply could not be understood'],
    ['is no key set', json(200, '[]'), 'protocol', 'The key set holds no RSA key'],
    ['is empty', json(200, '{"keys":[]}'), 'protocol', 'The key set holds no RSA key'],
    ['holds other keys', json(200, '{"keys":[{"kty":"EC"}]}'), 'protocol', 'The key set holds no RSA key'],
    ['is too large', json(200, ' '.repeat(1_000_000)), 'protocol', 'The key set is too large'],
  ])('is reported when it %s', async (_, keys, reason, message) => {
    const outcome = await check(cognito({ keys }))
    expect(outcome).toMatchObject({ ok: false, reason, message })
  })

  it('is not looked for elsewhere', async () => {
    let strayRequests = 0
    const elsewhere = await httpServer((_, response) => {
      strayRequests += 1
      response.end(keySet)
    })
    const keys = json(302, '', { location: `http://127.0.0.1:${elsewhere.port}/` })
    const outcome = await check(cognito({ keys }))
    expect(outcome).toMatchObject({
      reason: 'unexpected',
      message: 'The key set was answered with status 302',
    })
    expect(strayRequests).toBe(0)
  })

  it('is reported when the connection breaks in its middle', async () => {
    const outcome = await check(cognito({ keys: breakOff }))
    expect(outcome).toMatchObject({ reason: 'refused', message: 'The server closed the connection' })
  })
})

describe('a user pool that hangs', () => {
  it.each([
    ['in the description', { describe: hang }],
    ['before the key set', { keys: hang }],
    [
      'in the middle of the key set',
      { keys: ((_, response) => void response.writeHead(200).write('{"keys":[')) satisfies Answer },
    ],
  ])('%s costs its timeout and no socket', async (_, answers) => {
    const responses: ServerResponse[] = []
    const listener = cognito(answers)
    const outcome = await check((request, response) => {
      responses.push(response)
      listener(request, response)
    }, 600)
    expect(outcome).toMatchObject({ ok: false, reason: 'timeout', message: 'There was no answer in time' })
    // The connection of an answered request stays open for the next one; that of the hanging one is closed.
    await closed(responses.at(-1)?.req.socket)
  })
})
