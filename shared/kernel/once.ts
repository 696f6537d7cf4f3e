/**
 * Makes a container's dependencies when they are first needed; after a failure the next call tries again.
 * @returns a function that always resolves with the same dependencies
 */
export function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}
