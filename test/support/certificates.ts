import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

const read = (name: string) => readFileSync(new URL(`certificates/${name}.pem`, import.meta.url), 'utf8')

const key = read('key')

/**
 * Self-signed certificates for servers under test on loopback; their key protects nothing. `valid` (2020 to 2120) and
 * `expired` (2020) are for localhost and 127.0.0.1, `otherName` is for another host.
 */
export const certificates = {
  valid: { key, cert: read('valid') },
  expired: { key, cert: read('expired') },
  otherName: { key, cert: read('other-name') },
}

/** When the `valid` certificate expires, milliseconds since the epoch. */
export const VALID_UNTIL = Date.UTC(2120, 0, 1)

/** Makes this process trust the certificates, until the returned function is called. */
export function trustCertificates(): () => void {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, ...Object.values(certificates).map(({ cert }) => cert)])
  return () => setDefaultCACertificates(before)
}
