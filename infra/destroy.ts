import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { main, outputsFile, runCdk, stageFromCommandLine } from './cdk.ts'
import { emptyBucket } from './empty-bucket.ts'
import { readOutputs } from './outputs.ts'

/** S3 refuses to delete a bucket that holds anything, so those that are not to be kept are emptied first. */
async function emptyBuckets(name: string): Promise<void> {
  const outputs = await readOutputs(name)
  const buckets = (outputs?.['Buckets'] ?? '').split(',').filter((bucket) => bucket !== '')
  if (buckets.length === 0) {
    console.log(
      `This machine has not deployed stage ${name}: empty its buckets by hand if deleting them fails.`,
    )
  }
  for (const bucket of buckets) {
    const count = await emptyBucket(bucket)
    console.log(`Deleted ${count} object versions from ${bucket}.`)
  }
}

/**
 * `npm run destroy -- --stage dev`: leaves only what the stage declares to be kept. CDK reads the whole app before it
 * deletes a part of it, so the app is synthesized once for both stacks.
 */
async function destroy(): Promise<void> {
  const { name, stage } = stageFromCommandLine()
  const assembly = join(dirname(outputsFile(name)), `cdk-${name}`)
  await runCdk(['synth', '--quiet', '--context', `stage=${name}`, '--output', assembly])
  const destroyStack = async (part: string) =>
    runCdk(['destroy', `midwatch-${name}-${part}`, '--app', assembly, '--force'])
  await destroyStack('app')
  if (stage.keepData) {
    await rm(assembly, { recursive: true, force: true })
    console.log(`Stage ${name} declares its data to be kept: midwatch-${name}-data (table, users, buckets).`)
    return
  }
  await emptyBuckets(name)
  await destroyStack('data')
  await rm(outputsFile(name), { force: true })
  await rm(assembly, { recursive: true, force: true })
  console.log(`Nothing is left of stage ${name}.`)
}

main(destroy)
