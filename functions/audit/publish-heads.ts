import { S3Client } from '@aws-sdk/client-s3'
import { publishHeads as publish, type HeadBucket } from '../../shared/audit/heads.ts'
import { openContainer, type Container } from '../../shared/kernel/container.ts'
import { required } from '../../shared/kernel/env.ts'
import { scheduled } from '../../shared/kernel/job.ts'
import { log } from '../../shared/kernel/log.ts'
import type { ScheduleEvent } from '../../shared/kernel/route.ts'

type Deps = Container & { readonly heads: HeadBucket }

async function deps(): Promise<Deps> {
  const container = openContainer()
  return {
    ...container,
    heads: { s3: new S3Client({}), bucket: required(container.env, 'MIDWATCH_AUDIT_BUCKET') },
  }
}

/** Publishes the audit heads of the days that have ended. */
export async function publishHeads(_event: ScheduleEvent, { table, heads, effects }: Deps): Promise<void> {
  const days = await publish(table, heads, effects)
  if (days.length > 0) log.info('audit heads published', { days: [...days] })
}

export const handler = scheduled('audit-publish-heads', publishHeads, deps)
