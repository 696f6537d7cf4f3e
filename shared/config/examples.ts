/** How large an upload may be, as nobody has changed it. */
const uploadSize = {
  key: 'max_upload_size_mb',
  value: 500,
  default: 500,
  is_default: true,
  type: 'integer',
  schema: { type: 'integer', minimum: 1, maximum: 10_240 },
  description: 'Largest file that may be uploaded',
  unit: 'MB',
  public: true,
  reason: 'optional',
  approval: 'none',
  origin: 'defined',
  version: 0,
}

const changed = {
  ...uploadSize,
  value: 1_000,
  is_default: false,
  version: 1,
  updated_at: '2026-02-15T09:12:45.120Z',
  updated_by: 'maria',
}

const restored = {
  ...uploadSize,
  version: 2,
  updated_at: '2026-02-15T11:40:02.318Z',
  updated_by: 'maria',
}

const why = 'Increased limit for large video files'

const firstVersion = {
  version: 1,
  action: 'config.set',
  value: 1_000,
  previous: 500,
  is_default: false,
  at: changed.updated_at,
  by: 'maria',
  reason: why,
}

const definition = {
  key: 'trailer_seconds',
  description: 'How long a trailer may be',
  schema: { type: 'integer', minimum: 15, maximum: 300 },
  default: 120,
  unit: 'seconds',
  public: false,
  reason: 'optional',
  approval: 'none',
}

const created = {
  ...definition,
  value: 120,
  is_default: true,
  type: 'integer',
  origin: 'created',
  version: 1,
  updated_at: '2026-02-15T09:30:00.000Z',
  updated_by: 'maria',
}

const params = { key: uploadSize.key }

/** One example a route of the configuration. */
export const configExamples = {
  listConfig: { response: { entries: [changed] } },
  getConfig: { params, response: uploadSize },
  putConfig: { params, body: { value: 1_000, reason: why }, response: changed },
  deleteConfig: { params, response: restored },
  listConfigHistory: { params, response: { versions: [firstVersion] } },
  rollbackConfig: {
    params,
    body: { version: 1, reason: 'The large limit was right' },
    response: { ...changed, version: 3, updated_at: '2026-02-15T12:00:09.004Z' },
  },
  createConfig: { body: definition, response: created },
  validateConfig: {
    body: { values: { max_upload_size_mb: 0, min_payout_cents: 3_000 }, reason: 'Fewer small transfers' },
    response: {
      valid: false,
      results: [
        {
          key: 'max_upload_size_mb',
          valid: false,
          reason: 'must be at least 1',
          current: 500,
          proposed: 0,
        },
        { key: 'min_payout_cents', valid: true, current: 2_500, proposed: 3_000 },
      ],
    },
  },
  putManyConfig: {
    body: { values: { max_upload_size_mb: 1_000 }, reason: why, versions: { max_upload_size_mb: 0 } },
    response: { entries: [changed] },
  },
}
