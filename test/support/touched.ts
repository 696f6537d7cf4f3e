import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'

/** One item or partition that a request touches, as IAM looks at it. */
export interface Touch {
  /** `dynamodb:GetItem` */
  readonly action: string
  /** The partition key; `undefined` where the request names none, as a scan does. */
  readonly partition: string | undefined
}

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

const touch = (action: string, partition: unknown): Touch => ({
  action: `dynamodb:${action}`,
  partition: typeof partition === 'string' ? partition : undefined,
})

/** A transaction needs the rights of its parts. */
function touchOf({ Put, Update, Delete, ConditionCheck }: TransactItem): Touch {
  if (Put !== undefined) return touch('PutItem', Put.Item?.['pk'])
  if (Update !== undefined) return touch('UpdateItem', Update.Key?.['pk'])
  if (Delete !== undefined) return touch('DeleteItem', Delete.Key?.['pk'])
  return touch('ConditionCheckItem', ConditionCheck?.Key?.['pk'])
}

/** What a command touches. One that no function sends today names no partition, so that nobody is allowed to send it. */
export function touchesOf(command: object): readonly Touch[] {
  if (command instanceof GetCommand) return [touch('GetItem', command.input.Key?.['pk'])]
  if (command instanceof PutCommand) return [touch('PutItem', command.input.Item?.['pk'])]
  if (command instanceof UpdateCommand) return [touch('UpdateItem', command.input.Key?.['pk'])]
  if (command instanceof UpdateItemCommand) return [touch('UpdateItem', command.input.Key?.['pk']?.S)]
  if (command instanceof TransactWriteCommand) return (command.input.TransactItems ?? []).map(touchOf)
  if (command instanceof QueryCommand) {
    // The kernel's queries name their partition so, of the table and of an index alike.
    return [touch('Query', command.input.ExpressionAttributeValues?.[':pk'])]
  }
  if (command instanceof BatchGetCommand) {
    const asked = Object.values(command.input.RequestItems ?? {})
    return asked.flatMap(({ Keys = [] }) => Keys.map((key) => touch('BatchGetItem', key['pk'])))
  }
  return [touch(command.constructor.name, undefined)]
}
