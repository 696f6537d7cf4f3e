import type { Appliers } from '../../shared/changes/applier.ts'
import type { AlertSource } from '../../shared/changes/watching.ts'
import { configApplier } from '../../shared/config/config-applier.ts'
import { configStore } from '../../shared/config/entry-store.ts'
import { flagApplier } from '../../shared/feature-flags/flag-applier.ts'
import { flagStore } from '../../shared/feature-flags/flag-store.ts'
import type { Container } from '../../shared/kernel/container.ts'
import type { Platform } from '../../shared/platforms/define.ts'

/** What appliers are made from. */
interface Parts extends Pick<Container, 'table' | 'effects'> {
  readonly platform: Platform
  readonly alerts: AlertSource['alerts']
}

/** Who puts changes in force, and takes them back, by kind. */
export const makeAppliers = ({ table, effects, platform, alerts }: Parts): Appliers => ({
  config: configApplier(configStore(table, effects, platform.config), { alerts, platform }),
  flag: flagApplier(flagStore(table, effects, platform.flags), { alerts, platform }),
})
