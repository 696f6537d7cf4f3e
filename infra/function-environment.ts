import type { Severity } from '../shared/health/check.ts'
import type { Grant } from '../shared/kernel/grants.ts'

/** What the functions of one deployment may be told. */
export interface DeploymentFacts {
  readonly tableName: string
  readonly platform: string
  readonly version: string
  readonly tickSeconds: number
  readonly topicArns: Readonly<Record<Severity, string>>
  readonly probeQueueUrl: string
  readonly auditBucket: string
  /** Values by setting. */
  readonly settings: ReadonlyMap<string, string>
  /** Where the functions find AWS, when that is an emulator. */
  readonly endpointUrl: string | undefined
}

const PROBING: readonly Grant[] = [
  'platform-buckets:probe',
  'user-pool:describe',
  'platform-queues:describe',
  'database:connect',
]

/** Stands for a setting's value where a function only reports that it is set: some values hold passwords. */
const CONFIGURED = 'configured'

function settingsFor(uses: readonly Grant[], settings: DeploymentFacts['settings']): Record<string, string> {
  if (uses.some((grant) => PROBING.includes(grant))) return Object.fromEntries(settings)
  if (!uses.includes('check:read')) return {}
  return Object.fromEntries([...settings.keys()].map((name) => [name, CONFIGURED]))
}

/**
 * The environment of a function: only what it needs.
 * @param service what its logs and metrics are filed under
 */
export function environmentFor(
  uses: readonly Grant[],
  service: string,
  facts: DeploymentFacts,
): Record<string, string> {
  const { topicArns, endpointUrl } = facts
  return {
    MIDWATCH_TABLE: facts.tableName,
    MIDWATCH_PLATFORM: facts.platform,
    MIDWATCH_VERSION: facts.version,
    MIDWATCH_TICK_SECONDS: String(facts.tickSeconds),
    POWERTOOLS_SERVICE_NAME: service,
    ...settingsFor(uses, facts.settings),
    ...(uses.includes('severity-topics:publish') && {
      MIDWATCH_TOPIC_CRITICAL: topicArns.critical,
      MIDWATCH_TOPIC_ERROR: topicArns.error,
      MIDWATCH_TOPIC_WARNING: topicArns.warning,
      MIDWATCH_TOPIC_INFO: topicArns.info,
    }),
    ...(uses.includes('probe-queue:send') && { MIDWATCH_PROBE_QUEUE_URL: facts.probeQueueUrl }),
    ...(uses.includes('audit-bucket:write') && { MIDWATCH_AUDIT_BUCKET: facts.auditBucket }),
    ...(endpointUrl !== undefined && { AWS_ENDPOINT_URL: endpointUrl }),
  }
}
