/** A flag as it is defined, before anybody has changed it. */
const player = {
  key: 'enable_new_player',
  description: 'The new video player',
  category: 'frontend',
  owner: 'web',
  tags: [],
  status: 'disabled',
  type: 'boolean',
  variants: { on: true, off: false },
  on: 'on',
  off: 'off',
  split: [],
  bucketing: { hash: 'murmur3' },
  targets: [],
  rules: [],
  prerequisites: [],
  public: true,
  approval: 'none',
  origin: 'defined',
  version: 0,
}

const changedBy = { origin: 'changed', updated_at: '2026-02-15T03:12:45.120Z', updated_by: 'maria' }

const enabledPlayer = { ...player, ...changedBy, status: 'enabled', version: 1 }

const rolledOut = {
  ...player,
  ...changedBy,
  key: 'enable_live_streaming',
  description: 'Live streams',
  category: 'rollout',
  owner: 'video',
  status: 'percentage',
  percentage: 50,
  split: [{ variant: 'on', percentage: 50 }],
  prerequisites: [{ flag: 'killswitch_streaming', variant: 'off' }],
  version: 1,
}

const tester = {
  id: 'user-922c8636886e9ea8',
  target_type: 'user',
  target_value: 'user_id_here',
  effect: 'allow',
}

const parties = {
  ...player,
  ...changedBy,
  key: 'beta_watch_parties',
  description: 'Watching together, for beta testers',
  category: 'beta',
  owner: 'community',
  status: 'targeted',
  targets: [tester],
  version: 1,
}

const uploads = {
  ...player,
  key: 'killswitch_uploads',
  description: 'Disables all file uploads',
  category: 'killswitch',
  owner: 'platform',
}

const engaged = { ...uploads, ...changedBy, status: 'enabled', version: 1 }

/** What a body gives of a flag: everything but what only answers have. */
const fields = {
  description: 'The search with typing errors forgiven',
  category: 'experiment',
  owner: 'search',
  tags: ['search'],
  status: 'percentage',
  type: 'string',
  variants: { classic: 'classic', fuzzy: 'fuzzy' },
  on: 'fuzzy',
  off: 'classic',
  split: [{ variant: 'fuzzy', percentage: 12.5 }],
  targets: [{ target_type: 'role', target_value: 'staff', effect: 'allow' }],
  rules: [
    {
      description: 'Old clients cannot show it',
      when: [{ attribute: 'version', operator: 'semver_less_than', values: ['2.4.0'], negate: false }],
      variant: 'classic',
    },
  ],
  prerequisites: [],
  public: false,
  expires: '2026-06-30',
  approval: 'none',
  reason: 'Measures whether people find more',
}

const { reason: _reason, targets: _targets, ...shown } = fields
const search = {
  ...shown,
  key: 'search_ranking',
  targets: [{ id: 'role-dbb5a3dc2e4bd7e6', target_type: 'role', target_value: 'staff', effect: 'allow' }],
  bucketing: { hash: 'murmur3' },
  percentage: 12.5,
  ...changedBy,
  origin: 'created',
  version: 1,
}

const why = { reason: 'Uploads fill the bucket' }
const searchKey = { key: search.key }

const bundle = {
  name: 'emergency-rollback',
  description: 'Turns off every feature that is being rolled out',
  flags: [{ key: 'enable_new_player', status: 'disabled' }],
  applied: true,
  applied_at: '2026-02-15T03:12:45.120Z',
  applied_by: 'maria',
  thrown: ['enable_new_player'],
  version: 1,
}

const {
  applied_at: _appliedAt,
  applied_by: _appliedBy,
  thrown: _thrown,
  ...reverted
} = {
  ...bundle,
  applied: false,
  flags: [{ key: 'enable_new_player', status: 'enabled' }],
  kept: [],
  version: 2,
}

const made = {
  name: 'launch-night',
  description: 'What would go first on launch night',
  flags: [{ key: 'enable_new_player', status: 'enabled' }],
  applied: false,
  version: 1,
}

/** One example a route of feature flags. */
export const flagExamples = {
  listFlags: { query: { category: 'frontend' }, response: { flags: [player] } },
  createFlag: { body: { key: search.key, ...fields }, response: search },
  getFlag: { params: { key: player.key }, response: player },
  putFlag: { params: searchKey, body: fields, response: { ...search, version: 2 } },
  archiveFlag: {
    params: searchKey,
    query: { reason: 'The experiment is over' },
    response: { ...search, archived: true, version: 3 },
  },
  enableFlag: { params: { key: uploads.key }, body: why, response: engaged },
  disableFlag: {
    params: { key: uploads.key },
    body: why,
    response: { ...engaged, status: 'disabled', version: 2 },
  },
  setPercentage: {
    params: { key: rolledOut.key },
    query: { percentage: '50' },
    body: { reason: 'The second half of the rollout' },
    response: rolledOut,
  },
  listTargets: { params: { key: parties.key }, response: { targets: [tester] } },
  addTarget: {
    params: { key: parties.key },
    body: { target_type: 'user', target_value: 'user_id_here', effect: 'allow' },
    response: parties,
  },
  removeTarget: {
    params: { key: parties.key, target: tester.id },
    response: { ...parties, targets: [], version: 2 },
  },
  getFlagHistory: {
    params: { key: player.key },
    response: {
      versions: [
        {
          version: 1,
          at: '2026-02-15T03:12:45.120Z',
          by: 'maria',
          action: 'feature-flag.enabled',
          changed: ['status'],
          flag: enabledPlayer,
        },
      ],
    },
  },
  rollBackFlag: {
    params: searchKey,
    body: { version: 1, reason: 'The old share was right' },
    response: { ...search, version: 4 },
  },
  getFlagStats: {
    params: { key: player.key },
    response: {
      key: player.key,
      hours: 24,
      evaluations: 1_200_000,
      variants: [{ variant: 'off', evaluations: 1_200_000, last_seen: '2026-02-15T03:11:00.000Z' }],
      last_seen: '2026-02-15T03:11:00.000Z',
    },
  },
  listStaleFlags: {
    response: {
      flags: [
        {
          key: search.key,
          owner: 'search',
          status: 'percentage',
          reasons: ['expired'],
          expires: '2026-06-30',
          updated_at: '2026-02-15T03:12:45.120Z',
          last_seen: '2026-07-01T00:00:00.000Z',
        },
      ],
    },
  },
  getImpact: {
    params: searchKey,
    body: fields,
    response: { users: 800, changed: 100, moves: [{ from: 'classic', to: 'fuzzy', users: 100 }] },
  },
  importFlags: {
    query: { vendor: 'unleash', dry_run: 'true' },
    body: {
      version: 1,
      features: [
        {
          name: 'new-checkout',
          enabled: true,
          strategies: [
            {
              name: 'flexibleRollout',
              parameters: { rollout: '25', stickiness: 'default', groupId: 'new-checkout' },
            },
          ],
        },
      ],
    },
    response: { imported: ['new-checkout'], skipped: [], dry_run: true },
  },
  listBundles: { response: { bundles: [bundle] } },
  putBundle: {
    params: { bundle: made.name },
    body: { description: made.description, flags: ['enable_new_player'], reason: 'Before the launch' },
    response: made,
  },
  deleteBundle: { params: { bundle: made.name }, response: { ...made, version: 2 } },
  applyBundle: { params: { bundle: bundle.name }, body: why, response: bundle },
  revertBundle: { params: { bundle: bundle.name }, body: why, response: reverted },
  getPublicKey: { response: { public_key: 'pk_3Jr0cXyG1V5m8mJqkq1n2b7a' } },
}
