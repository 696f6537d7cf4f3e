const slowRequest = {
  at: '2026-02-15T00:09:44.250Z',
  service: 'backlot-api',
  route: 'GET /projects/{id}/files',
  duration_ms: 3412,
  status: 200,
  request_id: '8f14e45f-ceea-467f-9a3b-2d1c0b7e6a54',
}

/** One example a slow-request route. */
export const requestExamples = {
  listSlowRequests: {
    response: {
      requests: [
        slowRequest,
        {
          at: '2026-02-14T23:58:10.007Z',
          service: 'midwatch',
          route: 'POST /api/v1/ops/health/check',
          duration_ms: 1904.33,
          status: 200,
        },
      ],
    },
  },
  reportSlowRequests: { body: { requests: [slowRequest] }, response: { accepted: 1 } },
}
