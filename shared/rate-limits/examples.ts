/** The default rule, as nobody has changed it. */
const globalDefault = {
  name: 'global_default',
  description: 'Signed-in users and machines, where nothing else is said',
  scope: 'user',
  windows: [{ limit: 1_000, window_seconds: 60 }],
  exempt_roles: ['superadmin', 'admin'],
  mode: 'enforce',
  failure_policy: 'local',
  precision: 'standard',
  leases: 'adaptive',
  origin: 'defined',
  version: 0,
}

/** The same rule while it only looks on. */
const shadowed = { ...globalDefault, mode: 'shadow', origin: 'changed', version: 1 }

const { windows: _windows, name: _name, origin: _origin, version: _version, ...whole } = shadowed

const partnerOverride = {
  id: 'global_default-922c8636886e9ea8',
  rule_id: 'global_default',
  override_type: 'user',
  override_value: 'user_id_here',
  multiplier: 2,
  reason: 'API integration partner - increased limits',
  state: 'active',
  created_at: '2026-02-15T03:12:45.120Z',
  created_by: 'maria',
  version: 1,
}

const scraperBlock = {
  id: '01KHFVQ3W8M2T5R7B4C1DNXZ6Q',
  scope: 'ip',
  value: '2001:db8::/32',
  reason: 'Scrapes the catalogue',
  state: 'active',
  created_at: '2026-02-15T03:20:09.411Z',
  created_by: 'maria',
  expires_at: '2026-02-15T09:20:09.411Z',
  version: 1,
}

const endedBlock = {
  ...scraperBlock,
  state: 'ended',
  ended_at: '2026-02-15T04:02:51.006Z',
  ended_by: 'maria',
  version: 2,
}

const ruleParams = { rule: globalDefault.name }

/** One example a route of rules, overrides and blocks. */
export const rateLimitExamples = {
  listRules: { response: { rules: [globalDefault] } },
  getRule: { params: ruleParams, response: globalDefault },
  putRule: {
    params: ruleParams,
    body: { ...whole, limit: 1_000, window_seconds: 60, reason: 'Legitimate traffic is being denied' },
    response: shadowed,
  },
  deleteRule: {
    params: ruleParams,
    response: { removed: shadowed, in_force: { ...globalDefault, version: 2 } },
  },
  listOverrides: { response: { overrides: [partnerOverride] } },
  createOverride: {
    body: {
      rule_id: 'global_default_rule_id',
      override_type: 'user',
      override_value: 'user_id_here',
      multiplier: 2,
      reason: 'API integration partner - increased limits',
    },
    response: partnerOverride,
  },
  deleteOverride: {
    params: { override: partnerOverride.id },
    response: { ...partnerOverride, state: 'removed', version: 2 },
  },
  listBlocks: { response: { blocks: [scraperBlock] } },
  createBlock: {
    body: { scope: 'ip', value: '2001:db8::/32', reason: 'Scrapes the catalogue', duration_seconds: 21_600 },
    response: scraperBlock,
  },
  deleteBlock: { params: { block: scraperBlock.id }, response: endedBlock },
}
