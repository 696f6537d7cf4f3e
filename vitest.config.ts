import { defineConfig } from 'vitest/config'

/** A project is a folder under `test/`. */
const project = (name: string, settings: object = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], ...settings },
})

/** Real servers and processes: they may take their time on a busy machine, and one machine runs few of them at once. */
const INTEGRATION = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  maxWorkers: 2,
  globalSetup: ['test/support/built-functions.ts'],
}

export default defineConfig({
  test: {
    projects: [
      project('unit'),
      project('contract'),
      project('integration', INTEGRATION),
      project('infra', { testTimeout: 60_000 }),
      project('architecture', { testTimeout: 30_000 }),
    ],
    coverage: { include: ['shared/**', 'functions/**', 'local/**', 'infra/**'] },
  },
})
