import { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import type { HttpResult } from '../../shared/kernel/http/exchange.ts'
import { send } from './handlers.ts'
import { bodyOf, claimsOf } from './http-event.ts'

type RouteName = keyof typeof featureFlagsContract

interface Parts {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** Text is sent as it is. */
  readonly body?: object | string
  /** An administrator's when absent. */
  readonly claims?: Readonly<Record<string, string>>
}

/** Calls a route of feature flags. */
export const callFlags = (name: RouteName, { body, ...parts }: Parts = {}): Promise<HttpResult> =>
  send(featureFlagsContract[name], {
    claims: claimsOf('admin'),
    ...parts,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })

/** The status of an answer, with its body. */
export type Answered = Readonly<Record<string, unknown>> & { readonly statusCode: number | undefined }

/** The status and the body of an answer. */
export async function answerOf(result: Promise<HttpResult>): Promise<Answered> {
  const answered = await result
  return { ...bodyOf(answered), statusCode: answered.statusCode }
}

/** Calls a route about one flag. */
export const callFlag = (name: RouteName, key: string, parts: Parts = {}): Promise<Answered> =>
  answerOf(callFlags(name, { ...parts, params: { key, ...parts.params } }))

/** Makes a flag, which must succeed. */
export async function createFlag(key: string, fields: object = {}): Promise<Answered> {
  const made = await answerOf(callFlags('createFlag', { body: { key, ...fields } }))
  if (made.statusCode !== 201) throw new Error(`${key} was not created: ${JSON.stringify(made)}`)
  return made
}

/** What lists of objects hold. */
const listOf = (value: unknown) => value as readonly Readonly<Record<string, unknown>>[]

/** The entries of a list that was answered. */
export const listed = (answer: Answered, field: string): readonly Readonly<Record<string, unknown>>[] =>
  listOf(answer[field])

/** The wrong fields that an answer names. */
export const wrongFields = (answer: Answered): readonly unknown[] =>
  listOf(answer['fields'] ?? []).map(({ path }) => path)
