import type { LocalStack } from './stack.ts'
import { USER_ROLES } from './stack/users.ts'

/** What is printed once the stack is ready: where it is, who can sign in, and what to try. */
export function banner(stack: LocalStack, tickSeconds: number, readyMs: number): string {
  const { users } = stack.credentials
  const rows = [
    ['API', stack.url],
    ['Public health', `${stack.url}/health/detailed`],
    ['API reference', `${stack.url}/docs`],
    ['Delivered alerts', `${stack.url}/_local/inbox`],
    ['Checks run', `every ${tickSeconds} s`],
    ['Data', `${stack.dataDir} (npm run reset deletes it)`],
    ['', ''],
    ...USER_ROLES.map((role) => [role, `${users[role].username}   ${users[role].password}`]),
    ['', ''],
    ['A token', 'npm run -s token -- admin (or another role; machine for a service)'],
    [
      'All checks',
      `curl -H "Authorization: Bearer $(npm run -s token -- admin)" ${stack.url}/api/v1/ops/health`,
    ],
    ['An outage', 'npm run drill -- database down'],
    ['And its end', 'npm run drill -- database restore'],
  ]
  const lines = rows.map(([name = '', value = '']) => (name === '' ? '' : `  ${name.padEnd(18)}${value}`))
  return [
    `Midwatch is ready after ${(readyMs / 1000).toFixed(1)} s. Ctrl-C stops it.`,
    '',
    ...lines,
    '',
  ].join('\n')
}
