import {
  DescribeUserPoolCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider'
import * as z from 'zod'
import { untilAborted } from '../network/deadline.ts'
import { ProbeFailure } from '../failure.ts'
import type { Probe } from '../probe.ts'

/** https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DescribeUserPool.html */
const USER_POOL_ID = /^[\w-]+_[0-9a-zA-Z]+$/

/** Asks for the user pool, then for the public keys that verify its tokens. The latency is that of both. */
export const cognitoProbe: Probe<'cognito'> = async ({ userPoolId }, { signal }, services) => {
  const { cognito, effects } = services
  if (!USER_POOL_ID.test(userPoolId)) {
    throw new ProbeFailure('configuration', 'The target is not a user pool id')
  }
  const startedAt = effects.monotonicMs()
  const origin = await untilAborted(describePool(cognito, userPoolId, signal), signal)
  const keys = await countSigningKeys(`${origin}/${userPoolId}/.well-known/jwks.json`, signal)
  const latencyMs = effects.monotonicMs() - startedAt
  const message = 'The user pool answered and publishes its signing keys'
  return { ok: true, latencyMs, message, measurements: { signing_keys: keys } }
}

/**
 * @returns the origin that the call went to. Cognito serves the key set there too, and so do emulators: the client alone
 *   knows what its options, `AWS_ENDPOINT_URL` and the region's partition make of it.
 */
async function describePool(
  client: CognitoIdentityProviderClient,
  userPoolId: string,
  signal: AbortSignal,
): Promise<string> {
  const command = new DescribeUserPoolCommand({ UserPoolId: userPoolId })
  let origin = ''
  command.middlewareStack.add(
    (next, context) => (request) => {
      origin = context.endpointV2?.url.origin ?? ''
      return next(request)
    },
    { step: 'build' },
  )
  await client.send(command, { abortSignal: signal })
  return origin
}

const MAX_KEY_SET_BYTES = 64 * 1024

/** A key set (RFC 7517); only what makes an RSA key usable for verifying tokens is looked at. */
const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })
const RsaKey = z.looseObject({
  kty: z.literal('RSA'),
  kid: z.string().min(1),
  n: z.string().min(1),
  e: z.string().min(1),
})

/** @returns how many RSA keys the set holds, at least one */
async function countSigningKeys(url: string, signal: AbortSignal): Promise<number> {
  const response = await fetch(url, { signal, redirect: 'manual' })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new ProbeFailure('unexpected', `The key set was answered with status ${response.status}`)
  }
  const set = KeySet.safeParse(JSON.parse(await boundedText(response)))
  const count = set.data?.keys.filter((key) => RsaKey.safeParse(key).success).length ?? 0
  if (count === 0) throw new ProbeFailure('protocol', 'The key set holds no RSA key')
  return count
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let byteCount = 0
  for await (const chunk of response.body ?? []) {
    byteCount += chunk.length
    if (byteCount > MAX_KEY_SET_BYTES) throw new ProbeFailure('protocol', 'The key set is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
