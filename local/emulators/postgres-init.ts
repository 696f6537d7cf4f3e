import { createCluster } from './postgres.ts'

// Creating a cluster takes up to 600 MB for a few seconds, so it happens in this short-lived process and not in the
// one that serves. The first argument is the data directory.
const [, , dataDir] = process.argv
if (dataDir === undefined) throw new Error('Usage: node postgres-init.ts <data directory>')
await createCluster(dataDir)
