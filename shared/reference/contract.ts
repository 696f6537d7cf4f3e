import * as z from 'zod'
import { route } from '../kernel/route.ts'

const page = {
  capability: 'reference',
  method: 'GET',
  roles: 'public',
  limit: 'public_endpoints',
  errors: [],
  uses: [],
} as const

const htmlPage = {
  ...page,
  contentType: 'text/html; charset=utf-8',
  response: z.string(),
  examples: { response: '<!doctype html>…' },
} as const

export const referenceContract = {
  getOpenApi: route({
    ...page,
    path: '/api/v1/openapi.json',
    summary: 'This API as OpenAPI 3.1',
    response: z.looseObject({ openapi: z.string() }),
    examples: { response: { openapi: '3.1.0', info: { title: 'Midwatch', version: '1.0.0' }, paths: {} } },
  }),
  getReference: route({ ...htmlPage, path: '/docs', summary: 'This API as a page' }),
  getErrors: route({
    ...htmlPage,
    path: '/docs/errors',
    summary: 'Every error code, what it means and what to do',
  }),
} as const
