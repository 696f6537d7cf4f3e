import { buildIfStale } from '../../infra/build-if-stale.ts'

/** Vitest's global setup: the stacks under test run the same bundles as `npm start`. */
export default async function setup(): Promise<void> {
  await buildIfStale()
}
