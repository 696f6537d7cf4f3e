import { describe, expect, it } from 'vitest'
import { ProbeFailure } from '../../../shared/health/failure.ts'
import { parsePostgresUrl } from '../../../shared/health/probes/postgres/url.ts'

const server = {
  host: 'db.example',
  port: 5_432,
  user: 'me',
  password: 'p@ss',
  database: 'orders',
  sslMode: 'verify-full',
}

describe('parsePostgresUrl', () => {
  it.each([
    ['postgres://me:p%40ss@db.example/orders', server],
    ['postgresql://me:p%40ss@db.example:6000/orders', { ...server, port: 6_000 }],
    ['postgres://me:p%40ss@db.example', { ...server, database: 'me' }],
    ['postgres://me@db.example/orders', { ...server, password: '' }],
    ['postgres://me:p%40ss@[::1]/orders', { ...server, host: '::1' }],
    [
      'postgres://me:p%40ss@db.example/orders?sslmode=disable&schema=public',
      { ...server, sslMode: 'disable' },
    ],
    ['postgres://me:p%40ss@db.example/orders?sslmode=require', { ...server, sslMode: 'require' }],
  ])('reads %s', (url, expected) => {
    expect(parsePostgresUrl(url)).toEqual(expected)
  })

  it.each([
    '',
    'db.example',
    'mysql://me@db.example',
    'postgres://db.example/orders',
    'postgres:///orders',
    'postgres://%zz@h',
  ])('refuses %j without repeating it', (url) => {
    const form = 'postgres://user:password@host:port/database?sslmode=verify-full'
    const failure = new ProbeFailure('configuration', `The database URL must read ${form}`)
    expect(() => parsePostgresUrl(url)).toThrow(failure)
  })

  it.each(['prefer', 'no-verify', ''])('refuses sslmode=%s, which promises less than it seems to', (mode) => {
    const failure = new ProbeFailure('configuration', 'sslmode must be one of disable, require, verify-full')
    expect(() => parsePostgresUrl(`postgres://me@db.example/orders?sslmode=${mode}`)).toThrow(failure)
  })
})
