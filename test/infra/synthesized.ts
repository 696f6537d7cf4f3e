import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { afterAll } from 'vitest'
import * as z from 'zod'
import cdkJson from '../../cdk.json' with { type: 'json' }
import { addDeployment } from '../../infra/deployment.ts'
import { stageNamed, type Stage } from '../../infra/stages.ts'
import { functions } from '../../shared/manifest.ts'

const Resource = z.looseObject({
  Type: z.string(),
  Properties: z.looseObject({}).default({}),
  DeletionPolicy: z.string().optional(),
})
type Resource = z.output<typeof Resource> & { readonly id: string }

/** One stack's template. */
export interface Stack {
  /** The template as CloudFormation gets it. */
  readonly text: string
  readonly resources: readonly Resource[]
  /** The resources of one type. */
  readonly ofType: (type: string) => readonly Resource[]
}

function stackOf(template: Template): Stack {
  const json = template.toJSON()
  const parsed = z.record(z.string(), Resource).parse(json['Resources'])
  const resources = Object.entries(parsed).map(([id, resource]) => ({ ...resource, id }))
  return {
    text: JSON.stringify(json),
    resources,
    ofType: (type) => resources.filter((resource) => resource.Type === type),
  }
}

const temporary = mkdtempSync(join(tmpdir(), 'midwatch-synthesized-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const temporaryFolder = (): string => mkdtempSync(join(temporary, 'folder-'))

/** A file in place of each bundle: what is in it does not matter to a template. */
function emptyBundles(): string {
  const folder = temporaryFolder()
  for (const { name } of functions) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'index.js'), 'exports.handler = async () => undefined\n')
  }
  return folder
}

export const newApp = (context: Readonly<Record<string, unknown>> = {}): App =>
  new App({ context: { ...cdkJson.context, ...context }, outdir: temporaryFolder() })

interface Variation {
  /** Replaces parts of the stage's definition. */
  readonly changes?: Partial<Stage>
  readonly endpointUrl?: string
}

/** Adds a stage's two stacks to an app. */
export function deploymentIn(app: App, name: string, { changes, endpointUrl }: Variation) {
  const stage = { ...stageNamed(name), ...changes }
  return addDeployment(app, { name, stage, bundlesDir: emptyBundles(), endpointUrl })
}

/** A stage's two templates, synthesized without bundles, credentials or a network. */
export function synthesize(
  name: string,
  variation: Variation = {},
): { readonly data: Stack; readonly app: Stack } {
  const app = newApp({ '@aws-cdk/core:validateAgainstDefaultRules': false })
  const stacks = deploymentIn(app, name, variation)
  return { data: stackOf(Template.fromStack(stacks.data)), app: stackOf(Template.fromStack(stacks.app)) }
}
