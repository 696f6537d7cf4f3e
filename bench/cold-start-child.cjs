// A container's start: load the bundle, then report the CPU time since the process began. Plain JavaScript, so that
// nothing but the bundle is counted on top of Node itself.
'use strict'
const { handler } = require(process.argv[2])
const { userCPUTime, systemCPUTime } = process.resourceUsage()
if (typeof handler !== 'function') throw new Error('The bundle exports no function named "handler".')
process.stdout.write(JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000 }))
process.exit(0)
