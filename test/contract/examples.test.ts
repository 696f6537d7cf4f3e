import { describe, expect, test } from 'vitest'
import { namedRoutes } from '../support/named-routes.ts'

const HOST_NAME =
  /:\/\/|\blocalhost\b|\b\d{1,3}(\.\d{1,3}){3}\b|\b[\w-]+\.(com|net|org|io|dev|cloud|internal|local)\b/i
const SECRET = /password|secret|bearer|\beyJ|\bAKIA|\bASIA|arn:aws/i

describe.each(namedRoutes)('the example of %s', (_name, route) => {
  const { params, body, response } = route.examples ?? {}

  test('answers what the response schema lets through unchanged', () => {
    expect(response).toBeDefined()
    expect(route.response.parse(response)).toStrictEqual(response)
  })

  test('sends a body exactly where the route takes one, and one that its schema accepts unchanged', () => {
    expect(body !== undefined).toBe(route.body !== undefined)
    expect(route.body === undefined ? undefined : route.body.parse(body)).toStrictEqual(body)
  })

  test('fills in every path parameter with a value that its schema accepts', () => {
    const named = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    expect(Object.keys(params ?? {})).toStrictEqual(named)
    expect(route.params === undefined ? undefined : route.params.parse(params)).toStrictEqual(params)
  })

  test('holds no host name, address or secret', () => {
    const text = JSON.stringify(route.examples)
    expect(text).not.toMatch(HOST_NAME)
    expect(text).not.toMatch(SECRET)
  })
})
