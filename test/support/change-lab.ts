import { makeAppliers } from '../../functions/changes/appliers.ts'
import type { Condition } from '../../shared/alerts/alert.ts'
import { raiseAlert, resolveAlert } from '../../shared/alerts/decide.ts'
import { alertStore, type StoredAlert } from '../../shared/alerts/store.ts'
import { changeStore } from '../../shared/changes/store.ts'
import { sweepChanges, type ChangeSweeper, type SweepReport } from '../../shared/changes/sweep.ts'
import { systemPrincipal } from '../../shared/kernel/auth.ts'
import { systemEffects } from '../../shared/kernel/effects.ts'
import type { Table } from '../../shared/kernel/table/table.ts'
import { secondWatchNetwork as platform } from '../../shared/platforms/second-watch-network.ts'
import { checkFingerprint, checkLabels } from '../../shared/prober/alerting.ts'
import { inRole } from './role.ts'

/** Alerts that tests open and resolve by hand, and the sweep that looks at them. */
export interface ChangeLab {
  /** Opens the alert of a check of the default platform, or opens it again. */
  readonly fire: (check: string) => Promise<StoredAlert>
  readonly resolve: (check: string) => Promise<void>
  /** Lets time pass: for the sweep and for alerts, not for the routes. */
  readonly advance: (ms: number) => void
  readonly sweep: () => Promise<SweepReport>
  readonly sweeper: ChangeSweeper
}

const change = (now: number) => ({ actor: systemPrincipal('prober'), now })

/** @throws when the platform has no such check */
function checkNamed(id: string) {
  const check = platform.checks.find((each) => each.id === id)
  if (check === undefined) throw new Error(`There is no check ${id}.`)
  return check
}

const conditionOf = (id: string): Condition => ({
  labels: checkLabels(platform.id, checkNamed(id)),
  kind: 'check_unhealthy',
  severity: 'critical',
  component: checkNamed(id).component,
  check: id,
  summary: `${checkNamed(id).name} is unhealthy`,
  message: 'A test says so',
})

/** @param table opened anew where a store that fails is tested */
export function changeLab(table: Table): ChangeLab {
  let offsetMs = 0
  const effects = { ...systemEffects, now: () => systemEffects.now() + offsetMs }
  const alerts = alertStore(table, effects, platform.name)
  const latest = (id: string) => alerts.latest(checkFingerprint(platform.id, checkNamed(id)))
  const sweeper = {
    changes: changeStore(table, effects),
    alerts,
    appliers: makeAppliers({ table, effects, platform, alerts }),
    effects,
    platformName: platform.name,
  }
  return {
    fire: async (id) => {
      const previous = await latest(id)
      const decision = raiseAlert(previous, conditionOf(id), effects.now(), effects.id())
      await alerts.commit(alerts.writesOf(previous, decision, change(effects.now())))
      const alert = await latest(id)
      if (alert === undefined) throw new Error('The alert was not opened.')
      return alert
    },
    resolve: async (id) => {
      const alert = await latest(id)
      const decision = alert && resolveAlert(alert, effects.now(), 'prober')
      if (alert === undefined || decision === undefined) return
      await alerts.commit(alerts.writesOf(alert, decision, change(effects.now())))
    },
    advance: (ms) => {
      offsetMs += ms
    },
    sweep: () => inRole('changes-watch', () => sweepChanges(sweeper)),
    sweeper,
  }
}
