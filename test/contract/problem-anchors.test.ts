import { describe, expect, test } from 'vitest'
import { ERRORS, Problem, problemDocument, type ErrorCode } from '../../shared/kernel/errors.ts'
import { errorsPage } from '../../shared/reference/errors-page.ts'
import { REMEDIES } from '../../shared/reference/remedies.ts'

const page = errorsPage()
const codes = Object.keys(ERRORS).filter((code): code is ErrorCode => code in ERRORS)

describe.each(codes)('the error %s', (code) => {
  test('is explained where the type of its problem points', () => {
    const [address, anchor] = problemDocument(new Problem(code), 'r-1').type.split('#')
    expect(address).toBe('/docs/errors')
    expect(page).toContain(`<article id="${anchor}"`)
  })

  test('says what it means and what to do, in sentences', () => {
    const { title } = ERRORS[code]
    const remedy = REMEDIES[code]
    expect(title).toMatch(/^[A-Z].*\.$/)
    expect(remedy).toMatch(/^[A-Z].*\.$/)
    expect(remedy.length).toBeLessThanOrEqual(120)
  })
})
