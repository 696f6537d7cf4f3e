import * as z from 'zod'
import type { Stack } from './synthesized.ts'

const Statement = z.looseObject({
  Sid: z.string().optional(),
  Effect: z.string(),
  Action: z.union([z.string().transform((action) => [action]), z.array(z.string())]),
  Resource: z.unknown(),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
})
export type Statement = z.output<typeof Statement>

const Policy = z.object({
  PolicyDocument: z.object({ Statement: z.array(Statement) }),
  Roles: z.array(z.object({ Ref: z.string() })),
})

const FunctionProperties = z.looseObject({
  FunctionName: z.string(),
  Role: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
  LoggingConfig: z.object({ LogGroup: z.object({ Ref: z.string() }) }),
})

/** A function as its template declares it, with what its role allows. */
export interface DeclaredFunction {
  readonly name: string
  readonly id: string
  readonly roleId: string
  readonly logGroupId: string
  readonly environment: Readonly<Record<string, unknown>>
  readonly statements: readonly Statement[]
  readonly properties: Readonly<Record<string, unknown>>
}

/** The statements that a role has, from all of its policies. */
export const statementsOf = (stack: Stack, roleId: string): readonly Statement[] =>
  stack
    .ofType('AWS::IAM::Policy')
    .map(({ Properties }) => Policy.parse(Properties))
    .filter(({ Roles }) => Roles.some(({ Ref }) => Ref === roleId))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)

/** The functions of the app stack; `name` is without the deployment's prefix. */
export const functionsOf = (stack: Stack): readonly DeclaredFunction[] =>
  stack.ofType('AWS::Lambda::Function').map(({ id, Properties }) => {
    const parsed = FunctionProperties.parse(Properties)
    const [roleId] = parsed.Role['Fn::GetAtt']
    return {
      id,
      roleId,
      name: parsed.FunctionName.replace(/^midwatch-(?:dev|prod)-/, ''),
      logGroupId: parsed.LoggingConfig.LogGroup.Ref,
      environment: parsed.Environment.Variables,
      statements: statementsOf(stack, roleId),
      properties: Properties,
    }
  })

/** @throws when there is no such function */
export function functionNamed(stack: Stack, name: string): DeclaredFunction {
  const found = functionsOf(stack).find((declared) => declared.name === name)
  if (found === undefined) throw new Error(`The template has no function ${name}.`)
  return found
}
