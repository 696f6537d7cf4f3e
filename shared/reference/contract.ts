import * as z from 'zod'
import { route } from '../kernel/route.ts'

const page = {
  capability: 'reference',
  method: 'GET',
  roles: 'public',
  limit: 'auth_endpoints',
  errors: [],
  uses: [],
} as const

const HTML = 'text/html; charset=utf-8'

export const referenceContract = {
  getOpenApi: route({
    ...page,
    path: '/api/v1/openapi.json',
    summary: 'This API as OpenAPI 3.1',
    response: z.string(),
  }),
  getReference: route({
    ...page,
    path: '/docs',
    summary: 'This API as a page',
    contentType: HTML,
    response: z.string(),
  }),
  getErrors: route({
    ...page,
    path: '/docs/errors',
    summary: 'Every error code, what it means and what to do',
    contentType: HTML,
    response: z.string(),
  }),
} as const
