/** One answer under load. */
export interface Sample {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/**
 * Sends requests, so many at once, until all are answered.
 * @param send one request
 */
export async function load(
  send: () => Promise<Response>,
  { requests, concurrency }: { readonly requests: number; readonly concurrency: number },
): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  let sent = 0
  const client = async () => {
    while (sent < requests) {
      sent += 1
      const response = await send()
      samples.push({ status: response.status, headers: response.headers, body: await response.text() })
    }
  }
  await Promise.all(Array.from({ length: concurrency }, client))
  return samples
}
