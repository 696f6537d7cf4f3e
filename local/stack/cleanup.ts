/** What is to be stopped in the end, last first. */
export interface Cleanup {
  /** Puts something on the list, or stops it at once when the list has been worked off already. */
  readonly started: <T extends { readonly stop: () => Promise<void> }>(thing: T) => T
  /** Stops everything; what fails to stop does not keep the rest from it. Calling it twice is harmless. */
  readonly run: () => Promise<void>
}

export function cleanupList(onError: (error: unknown) => void): Cleanup {
  const stops: (() => Promise<void>)[] = []
  let running: Promise<void> | undefined

  async function stopAll(): Promise<void> {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop().catch(onError)
  }

  return {
    started: (thing) => {
      if (running === undefined) stops.push(thing.stop)
      else void thing.stop().catch(onError)
      return thing
    },
    run: () => (running ??= stopAll()),
  }
}
