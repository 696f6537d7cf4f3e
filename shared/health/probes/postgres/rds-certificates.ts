import { readFile } from 'node:fs/promises'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'

/** Lambda ships the authorities that sign RDS certificates in this file, and Node does not read it by itself. */
const LAMBDA_CA_FILE = '/var/runtime/ca-cert.pem'

let lambdaTrust: Promise<SecureContext | undefined> | undefined

/** What to trust in a database connection: Node's authorities and those of RDS; undefined (Node's own) outside Lambda. */
export function databaseTrust(): Promise<SecureContext | undefined> {
  lambdaTrust ??= trustWith(LAMBDA_CA_FILE)
  return lambdaTrust
}

/**
 * Node's certificate authorities and those of a file.
 * @param file a bundle of PEM certificates
 * @returns undefined when the file cannot be read
 */
export async function trustWith(file: string): Promise<SecureContext | undefined> {
  const bundle = await readFile(file, 'utf8').catch(() => undefined)
  if (bundle === undefined) return undefined
  return createSecureContext({ ca: [...getCACertificates('default'), bundle] })
}
