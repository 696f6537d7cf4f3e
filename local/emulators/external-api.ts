import { createServer } from 'node:http'
import { close, listen, LOOPBACK, type Running } from './running.ts'

/**
 * A stand-in for a third-party service that the platform depends on: `GET /status` answers 200 `{"status":"ok"}`,
 * everything else 404.
 * @param options.port 0 or absent for any free port
 */
export async function startExternalApi(options: { readonly port?: number } = {}): Promise<Running> {
  const server = createServer((request, response) => {
    const found = request.url === '/status'
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ status: found ? 'ok' : 'not found' }))
  })
  const port = await listen(server, options.port)
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await close(server)
  }
  return { port, url: `http://${LOOPBACK}:${port}`, stop }
}
