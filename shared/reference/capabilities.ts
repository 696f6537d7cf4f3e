import type { Capability } from '../kernel/route.ts'

/** What each capability is called and is for, in the order of the reference. */
export const CAPABILITIES = {
  health: { title: 'Health', purpose: 'What the checks found: now, over time, and in public words.' },
  prober: { title: 'Running checks', purpose: 'Runs checks at once, without waiting for the next tick.' },
  alerts: { title: 'Alerts', purpose: 'Conditions that need attention, and who is on them.' },
  'rate-limits': {
    title: 'Rate limits',
    purpose: 'Rules, exceptions to them, and callers who are blocked altogether.',
  },
  'rate-limit-checks': {
    title: 'Rate-limit checks',
    purpose: 'Decides about requests of other services, one or several limits at once.',
  },
  violations: {
    title: 'Violations',
    purpose: 'Who was denied by which rate limit, and how much of each limit a caller has used.',
  },
  'feature-flags': {
    title: 'Feature flags',
    purpose:
      'Flags, killswitches and the bundles of them for emergencies: who sees what, since when, and why.',
  },
  'flag-evaluation': {
    title: 'Flag evaluation',
    purpose: 'What a flag is for somebody, also in the OpenFeature Remote Evaluation Protocol.',
  },
  config: {
    title: 'Configuration',
    purpose: 'Typed settings that change at run time, with every version they had.',
  },
  'public-config': {
    title: 'Configuration for clients',
    purpose: 'The public entries, for browsers and apps.',
  },
  changes: {
    title: 'Changes',
    purpose: 'Changes that wait for a second person, and changes that an alert takes back.',
  },
  maintenance: { title: 'Maintenance', purpose: 'Whether the platform is under maintenance.' },
  heartbeats: {
    title: 'Heartbeats',
    purpose: 'Where watched jobs report; the address is the only credential.',
  },
  requests: {
    title: 'Slow requests',
    purpose: "Requests that took long, of Midwatch's routes and of other services.",
  },
  audit: { title: 'Audit', purpose: 'Who changed what, from what to what, when and why.' },
  reference: { title: 'Reference', purpose: 'This API, described for people and for programs.' },
  outbox: { title: 'Outbox', purpose: 'Publishes alerts to the topics of their severities.' },
} as const satisfies Record<Capability, { readonly title: string; readonly purpose: string }>
