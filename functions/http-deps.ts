import { openContainer, type Container } from '../shared/kernel/container.ts'
import type { HttpDeps } from '../shared/kernel/http/exchange.ts'
import { openKeyring, type Keyring } from '../shared/kernel/keyring.ts'
import type { Platform } from '../shared/platforms/define.ts'
import { platformNamed } from '../shared/platforms/index.ts'
import { slowRecorder } from '../shared/requests/store.ts'

/** What the routes of every capability have. */
export type BaseDeps = HttpDeps & Container & { readonly platform: Platform; readonly keyring: Keyring }

/** Makes the dependencies that all capabilities share. */
export function baseDeps(): BaseDeps {
  const container = openContainer()
  const platform = platformNamed(container.env.MIDWATCH_PLATFORM)
  return {
    ...container,
    platform,
    keyring: openKeyring(container.table, container.effects),
    slowRequestMs: platform.slowRequestMs,
    recordSlow: slowRecorder(container.table, container.effects),
  }
}
