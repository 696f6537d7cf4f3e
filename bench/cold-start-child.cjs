// A container's start: load the bundle, perhaps serve one event, then report the CPU time since the process began. Plain
// JavaScript, so that nothing but the bundle is counted on top of Node itself.
'use strict'
const [, , bundle, event] = process.argv

function report() {
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  process.stderr.write(`${(userCPUTime + systemCPUTime) / 1000}\n`)
}

async function serve(handler) {
  const { statusCode } = await handler(JSON.parse(event), { getRemainingTimeInMillis: () => 29_000 })
  report()
  if (statusCode !== 200) throw new Error(`The request was answered with ${statusCode}.`)
}

const { handler } = require(bundle)
if (event === undefined) {
  report()
  if (typeof handler !== 'function') throw new Error('The bundle exports no function named "handler".')
  process.exit(0)
}
serve(handler).then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exit(1)
  },
)
