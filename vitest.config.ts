import { defineConfig } from 'vitest/config'

/** A project is a folder under `test/`. */
const project = (name: string, settings: object = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], ...settings },
})

/** No test of these changes what another one sees, so they share their modules: half the time. */
const QUICK = { pool: 'threads', isolate: false, testTimeout: 60_000, maxWorkers: 2 }

/** Real servers and processes: they may take their time on a busy machine, and one machine runs few of them at once. */
const INTEGRATION = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  maxWorkers: 2,
  sequence: { groupOrder: 1 },
  globalSetup: ['test/support/built-functions.ts'],
}

/** The pure decisions: every branch of them is tested. */
const DECISIONS = [
  'shared/alerts/{alert,decide,message}.ts',
  'shared/audit/verify.ts',
  'shared/feature-flags/{bucketing,bulk,compile,conditions,context,evaluate,exposures,flag,flag-faults,flag-set}.ts',
  'shared/feature-flags/{murmur3,operands,outcomes,packed-flag,prerequisites,rules,split,targets}.ts',
  'shared/feature-flags/{change-flag,stale}.ts',
  'shared/feature-flags/{hashes,hashes/*,imports/*}.ts',
  'shared/health/{confirmation,due,flapping,heartbeat,impaired,next,public-view,rollup}.ts',
  'shared/health/network/public-address.ts',
  'shared/health/{settings,status,transition}.ts',
  'shared/kernel/{audit,auth,canonical,cursor,errors,etag}.ts',
  'shared/prober/{alerting,tick}.ts',
  'shared/changes/{change,message,watch}.ts',
  'shared/config/{change-entry,config-set,entry,history,json-schema,json-value,pattern,value-schema}.ts',
  'shared/kernel/live-set/{answer-order,moment,retrying}.ts',
  'shared/violations/{aggregate,auto-block,identity,pending,violation}.ts',
  'shared/rate-limits/{address,admission,block,callers,counter,decision,lease,memory-counter}.ts',
  'shared/rate-limits/{override,verdicts,windows,without-store}.ts',
  'shared/rate-limits/{caller-value,change-block,change-override,change-rule,rule-id,schemas}.ts',
]

export default defineConfig({
  test: {
    projects: [
      project('unit', QUICK),
      project('contract', QUICK),
      project('integration', INTEGRATION),
      project('infra', { testTimeout: 60_000 }),
      project('architecture', QUICK),
    ],
    coverage: { include: DECISIONS, reporter: 'text-summary', thresholds: { branches: 100 } },
  },
})
