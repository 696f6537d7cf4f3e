import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeBundles } from '../../infra/write-bundles.ts'

let outDir: string

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'midwatch-written-'))
})
afterAll(() => rm(outDir, { recursive: true, force: true }))

const contents = new Uint8Array(5_000_000).fill(97)
const built = () => ({ path: join(outDir, 'alerts-http', 'index.js'), contents })

test('whoever reads a bundle while others build finds it whole', async () => {
  await writeBundles(outDir, [built()])
  const state = { writing: true }
  const writers = Promise.all([1, 2, 3].map(() => writeBundles(outDir, [built()]))).finally(() => {
    state.writing = false
  })
  const sizes = new Set<number>()
  while (state.writing) sizes.add((await readFile(built().path)).length)
  await writers
  expect(sizes).toEqual(new Set([contents.length]))
})

test('what an earlier build left in the folder of a function is gone, and so is what was written aside', async () => {
  await writeBundles(outDir, [built()])
  await writeFile(join(outDir, 'alerts-http', 'old.js'), '')
  await writeBundles(outDir, [built()])
  expect(await readdir(join(outDir, 'alerts-http'))).toEqual(['index.js'])
  expect((await readdir(outDir)).toSorted()).toEqual(['alerts-http', 'package.json'])
})
