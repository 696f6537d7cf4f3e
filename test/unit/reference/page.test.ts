import { createHash } from 'node:crypto'
import * as z from 'zod'
import { describe, expect, test } from 'vitest'
import { route } from '../../../shared/kernel/route.ts'
import { errorsPage } from '../../../shared/reference/errors-page.ts'
import { PAGE_HEADERS } from '../../../shared/reference/headers.ts'
import { openApi } from '../../../shared/reference/openapi.ts'
import { referencePage } from '../../../shared/reference/page.ts'
import { namedRoutes } from '../../support/named-routes.ts'

// A function may answer 6 MB; a reader on a phone bears far less. The page grows with the operations alone.
const MAX_BYTES_AN_OPERATION = 9_000

const reference = referencePage(openApi(namedRoutes, '1.2.3'))
const pages = [
  ['the reference', reference],
  ['the list of errors', errorsPage()],
] as const

const attributes = (page: string, name: string): string[] =>
  [...page.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value]) => value ?? '')

describe.each(pages)('%s', (_name, page) => {
  test('brings exactly the style sheet that its content security policy admits', () => {
    const sheets = [...page.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, sheet]) => sheet ?? '')
    expect(sheets).toHaveLength(1)
    const hash = createHash('sha256').update(sheets.join('')).digest('base64')
    expect(PAGE_HEADERS['content-security-policy']).toContain(`style-src 'sha256-${hash}'`)
  })

  test('has no script, inline style, handler or foreign resource', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\sstyle=|\son\w+=|javascript:/i)
  })

  test('is one document in English with one main heading, which fits a phone', () => {
    expect(page.startsWith('<!doctype html>')).toBe(true)
    expect(page).toContain('<html lang="en">')
    expect(page).toContain('width=device-width')
    expect(page.match(/<h1>/g)).toHaveLength(1)
  })

  test('uses every id once, and links and labels only to what exists', () => {
    const ids = attributes(page, 'id')
    expect(new Set(ids).size).toBe(ids.length)
    const targets = [
      ...attributes(page, 'aria-labelledby'),
      ...attributes(page, 'href').flatMap((href) => (href.startsWith('#') ? [href.slice(1)] : [])),
    ]
    expect(targets.filter((target) => !ids.includes(target))).toStrictEqual([])
  })

  test('never skips a level of headings', () => {
    const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level))
    const skips = levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1)
    expect(skips).toStrictEqual([])
  })

  test('grows by a few kilobytes an operation, no more', () => {
    expect(Buffer.byteLength(page) / namedRoutes.length).toBeLessThan(MAX_BYTES_AN_OPERATION)
  })
})

describe('the reference', () => {
  test.each(namedRoutes)('shows %s with its path, its call and who may call it', (name, declared) => {
    const section = reference.split('<article ').find((part) => part.startsWith(`id="${name}"`)) ?? ''
    expect(section).toContain(`<span>${declared.path}</span>`)
    expect(section).toContain('MIDWATCH_URL')
    const { roles } = declared
    const everybody = roles === 'public' ? 'Anyone may call this' : 'For every signed-in user'
    expect(section).toContain(typeof roles === 'string' ? everybody : roles.join(', '))
    expect(reference).toContain(`href="#${name}"`)
  })

  test('links every error to its explanation', () => {
    const anchors = attributes(reference, 'href').flatMap((href) => href.split('/docs/errors#')[1] ?? [])
    const known = attributes(errorsPage(), 'id')
    expect(anchors.length).toBeGreaterThan(0)
    expect(anchors.filter((anchor) => !known.includes(anchor))).toStrictEqual([])
  })

  test('shows markup in a summary, a description or an example as text', () => {
    const hostile = '<script>alert("1")</script>'
    const declared = route({
      capability: 'health',
      method: 'POST',
      path: '/x/{id}',
      summary: hostile,
      description: hostile,
      roles: 'public',
      limit: hostile,
      params: z.strictObject({ id: z.string().describe(hostile) }),
      body: z.strictObject({ kind: z.enum([hostile]) }),
      response: z.string(),
      errors: [],
      uses: [],
      examples: { params: { id: hostile }, body: { kind: hostile }, response: hostile },
    })
    const page = referencePage(openApi([['hostile', declared]], hostile))
    expect(page).not.toContain('<script')
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;')
  })
})

describe('the headers of a page', () => {
  test('admit nothing but the style sheet, and no framing', () => {
    const policy = PAGE_HEADERS['content-security-policy']
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; /)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*/)
  })

  test('let caches keep it for five minutes', () => {
    expect(PAGE_HEADERS['cache-control']).toBe('public, max-age=300')
  })
})
