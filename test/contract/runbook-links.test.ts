import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { proberAlertDecision } from '../../shared/prober/alerting.ts'
import { secondWatchNetwork } from '../../shared/platforms/second-watch-network.ts'

const sections = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (\S+)$/gm)].map(([, name]) => name)

const proberAlert = proberAlertDecision('platform', 'public', [{ kind: 'prober_impaired' }], {
  latest: undefined,
  now: 0,
  ulid: '00000000000000000000000000',
})

const links = [...secondWatchNetwork.checks.map(({ runbook }) => runbook), proberAlert?.alert.runbook ?? '']

it.each(links)('%s is a section of the runbook', (link) => {
  const [page, section] = link.split('#')
  expect(page).toBe('docs/runbook.md')
  expect(sections).toContain(section)
})
