import { once } from 'node:events'
import { openFlags } from '../../shared/feature-flags/open-flags.ts'
import { beforeEnd } from '../../shared/kernel/before-end.ts'
import { secondWatchNetwork } from '../../shared/platforms/second-watch-network.ts'

/**
 * A service that is no Lambda and runs for as long as it has an input: `node test/support/flags-process.ts <table> <flag>
 * [busy | listens]`. It evaluates the flag five times. `busy`: it has more to do before it ends, which lasts until its input
 * has ended. `listens`: it decides by itself when it ends, with code 7.
 */
const [, , tableName = '', key = '', mode] = process.argv

const flags = openFlags(tableName, secondWatchNetwork.flags)
for (let n = 0; n < 5; n += 1) flags.boolean(key, { targetingKey: 'ada' }, false)

const inputEnded = once(process.stdin.resume(), 'end')
if (mode === 'busy') {
  beforeEnd(async () => {
    await inputEnded
    console.log('done')
  })
}
if (mode === 'listens') {
  process.on('SIGTERM', () => undefined)
  void inputEnded.then(() => process.exit(7))
}
console.log('ready')
