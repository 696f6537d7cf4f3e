import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { AsyncLocalStorage } from 'node:async_hooks'
import { itemRights, type ItemRight } from '../../infra/item-rights.ts'
import { ENTITIES, isEntity, type Grant } from '../../shared/kernel/grants.ts'
import { functions } from '../../shared/manifest.ts'
import { touchesOf, type Touch } from './touched.ts'

/** The role that code runs in, and what it was refused. */
interface Role {
  readonly name: string
  readonly rights: readonly ItemRight[]
  readonly refused: Touch[]
}

const roles = new AsyncLocalStorage<Role>()

/** Every key of a request must begin with a prefix of the one statement that allows the action. */
const isAllowed = ({ rights }: Role, { action, partition }: Touch): boolean =>
  rights.some(
    ({ actions, prefixes }) =>
      actions.includes(action) && prefixes.some((prefix) => partition?.startsWith(prefix)),
  )

/** What a role would need to be allowed this, e.g. `flag:read`; `undefined` where nothing would do. */
function neededFor({ action, partition }: Touch): Grant | undefined {
  const grants = Object.keys(ENTITIES)
    .filter(isEntity)
    .filter((entity) => partition?.startsWith(ENTITIES[entity]))
    .flatMap((entity) => [`${entity}:read`, `${entity}:write`] as const)
  return grants.find((grant) => itemRights([grant]).some(({ actions }) => actions.includes(action)))
}

/** `flag:read (dynamodb:GetItem)` */
const described = (touch: Touch): string =>
  `${neededFor(touch) ?? touch.partition ?? 'no partition'} (${touch.action})`

function refusal({ name }: Role, touches: readonly Touch[]): Error {
  const lacking = [...new Set(touches.map(described))].join(', ')
  const error = new Error(`${name} is not authorized to perform this: its "uses" lack ${lacking}.`)
  error.name = 'AccessDeniedException'
  return error
}

type Send = (this: unknown, command: object, ...more: readonly unknown[]) => unknown
const asSend = (method: unknown) => method as Send

/** Has a kind of client look at the role it is used in, as AWS does and the emulator does not, before a request goes out. */
function guard(client: { readonly prototype: object }): void {
  const passOn = asSend(Reflect.get(client.prototype, 'send'))
  const guarded: Send = function guardedSend(command, ...more) {
    const role = roles.getStore()
    const refused = role === undefined ? [] : touchesOf(command).filter((touch) => !isAllowed(role, touch))
    if (role === undefined || refused.length === 0) return passOn.call(this, command, ...more)
    role.refused.push(...refused)
    return Promise.reject(refusal(role, refused))
  }
  Reflect.set(client.prototype, 'send', guarded)
}

guard(DynamoDBClient)
guard(DynamoDBDocumentClient)

/**
 * Runs code with the rights that the role of a function has on AWS, on the items of the table: what it does not declare in
 * its `uses` is refused.
 * @param name of the function in the manifest, e.g. `changes-http`, `changes-watch`
 * @throws `AccessDeniedException` when anything was refused, also where the code went on without
 */
export async function inRole<T>(name: string, run: () => Promise<T>): Promise<T> {
  const spec = functions.find((each) => each.name === name)
  if (spec === undefined) throw new Error(`There is no function ${name}.`)
  const role: Role = { name, rights: itemRights(spec.uses), refused: [] }
  const [result] = await Promise.allSettled([roles.run(role, run)])
  if (role.refused.length > 0) throw refusal(role, role.refused)
  if (result.status === 'rejected') throw result.reason
  return result.value
}
