import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { outputsFile } from './cdk.ts'

const Outputs = z.record(z.string(), z.record(z.string(), z.string()))

/** What a deployment has put out, by name: `Url`, `UserPoolId`, `ClientId`, `Buckets`, … */
export type DeploymentOutputs = Readonly<Record<string, string>>

/**
 * Reads what the last deployment of a stage from this machine has put out.
 * @returns nothing when there was none
 */
export async function readOutputs(name: string): Promise<DeploymentOutputs | undefined> {
  const text = await readFile(outputsFile(name), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const stacks = Object.values(Outputs.parse(JSON.parse(text)))
  return Object.fromEntries(stacks.flatMap((stack) => Object.entries(stack)))
}
