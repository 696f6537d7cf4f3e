import * as z from 'zod'
import { Slug } from '../health/check.ts'

/** What may wait for a second person, or be watched. */
export const CHANGE_KINDS = ['config', 'flag'] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

export const CHANGE_STATES = ['pending', 'approved', 'rejected', 'expired'] as const
export type ChangeState = (typeof CHANGE_STATES)[number]

const MAX_WATCH_MINUTES = 1_440

/** What a change is watched by, as the API takes it. */
export const WatchBody = z
  .strictObject({
    alert: z
      .string()
      .regex(/^[0-9A-Z]{26}-[0-9a-f]{16}$/, 'must be the id of an alert: GET /api/v1/ops/alerts lists them')
      .optional()
      .describe('An alert: the change is taken back when it opens again'),
    check: Slug.optional().describe('In its place a check: the change is taken back when its alert opens'),
    minutes: z.int().min(1).max(MAX_WATCH_MINUTES).describe('How long to watch'),
  })
  .superRefine(({ alert, check }, context) => {
    if ((alert === undefined) !== (check === undefined)) return
    const message = 'must be given, or alert in its place: exactly one of the two'
    context.addIssue({ code: 'custom', path: ['check'], message })
  })
export type WatchBody = z.output<typeof WatchBody>

/** What a change is watched by, as the API shows it. */
export const WatchView = z.object({
  alert: z.string().optional(),
  check: z.string().optional(),
  ends_at: z.iso.datetime(),
})
export type WatchView = z.input<typeof WatchView>

/** A change that waits, where its target is shown. */
export const PendingChange = z.object({
  id: z.string(),
  action: z.string(),
  proposed: z.unknown().optional(),
  requested_at: z.iso.datetime(),
  requested_by: z.string(),
  expires_at: z.iso.datetime(),
})
export type PendingChange = z.input<typeof PendingChange>

/** A change as the API shows it. */
export const ChangeView = z.object({
  id: z.string(),
  kind: z.enum(CHANGE_KINDS),
  target: z.string(),
  state: z.enum(CHANGE_STATES),
  /** What it does, in the words of audit events. */
  action: z.string(),
  /** What held when it was asked for. */
  current: z.unknown().optional(),
  /** What is to hold; absent where the target is to be removed. */
  proposed: z.unknown().optional(),
  /** The version of the target that it was asked for on. */
  based_on: z.int(),
  reason: z.string().optional(),
  watch: z
    .object({ alert: z.string().optional(), check: z.string().optional(), minutes: z.int() })
    .optional(),
  requested_at: z.iso.datetime(),
  requested_by: z.string(),
  expires_at: z.iso.datetime(),
  decided_at: z.iso.datetime().optional(),
  decided_by: z.string().optional(),
  decision_reason: z.string().optional(),
  version: z.int(),
})
export type ChangeView = z.input<typeof ChangeView>
