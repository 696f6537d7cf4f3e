import type { Platform } from './define.ts'
import { secondWatchNetwork } from './second-watch-network.ts'

/** Every platform definition; `MIDWATCH_PLATFORM` names the one that a deployment watches. */
const platforms: readonly Platform[] = [secondWatchNetwork]

/** @throws when no definition has this id */
export function platformNamed(id: string): Platform {
  const found = platforms.find((platform) => platform.id === id)
  if (found !== undefined) return found
  const known = platforms.map((platform) => platform.id).join(', ')
  throw new Error(`There is no platform definition "${id}"; there are: ${known}.`)
}
