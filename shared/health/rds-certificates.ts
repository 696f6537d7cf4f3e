import { readFile } from 'node:fs/promises'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'

/** Lambda ships the authorities that sign RDS certificates in this file, and Node does not read it by itself. */
const LAMBDA_CA_FILE = '/var/runtime/ca-cert.pem'

let context: Promise<SecureContext | undefined> | undefined

/** What to trust in a database connection: Node's authorities and those of RDS; undefined (Node's own) outside Lambda. */
export function databaseTrust(): Promise<SecureContext | undefined> {
  context ??= readFile(LAMBDA_CA_FILE, 'utf8').then(
    (bundle) => createSecureContext({ ca: [...getCACertificates('default'), bundle] }),
    () => undefined,
  )
  return context
}
