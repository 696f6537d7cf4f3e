const key = '5f0d6c1e-8a43-8b2f-9d17-64c0e2b7a935'
const OUTPUT = 'Backup complete: 41 tables, 4.2 GB'
const response = 'OK'

/** One example a heartbeat route. */
export const heartbeatExamples = {
  ping: { params: { key }, response },
  postPing: { params: { key }, body: OUTPUT, response },
  signal: { params: { key, signal: 'start' }, response },
  postSignal: { params: { key, signal: '1' }, body: 'Backup failed: the disk is full', response },
}
