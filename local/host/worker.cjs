// A container from the inside. Plain JavaScript: stripping types would cost every container 100 ms and 11 MB.
'use strict'
const { enableCompileCache, flushCompileCache } = require('node:module')
const { parentPort, workerData } = require('node:worker_threads')

const failure = (error) => ({
  ok: false,
  errorType: error instanceof Error ? error.name : 'Error',
  message: error instanceof Error ? error.message : String(error),
})

function load() {
  const { handler } = require(workerData.bundle)
  if (typeof handler === 'function') return handler
  throw Object.assign(new Error('The bundle exports no function named "handler".'), {
    name: 'Runtime.HandlerNotFound',
  })
}

function contextOf({ requestId, deadlineMs }) {
  const { functionName, memoryLimitMb } = workerData
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${process.env.AWS_REGION}:000000000000:function:${functionName}`,
    memoryLimitInMB: String(memoryLimitMb),
    awsRequestId: requestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  }
}

async function invoke(handler, message) {
  try {
    const result = await handler(JSON.parse(message.payload), contextOf(message))
    parentPort.postMessage({ ok: true, payload: JSON.stringify(result) ?? 'null' })
  } catch (error) {
    console.error(error)
    parentPort.postMessage(failure(error))
  }
}

const SHUTDOWN_MS = 2_000

/** What Lambda does to an environment that it ends, where an external extension is registered: SIGTERM, and two seconds. */
async function shutDown() {
  const ended = process.listeners('SIGTERM').map((listener) => listener())
  const late = new Promise((resolve) => setTimeout(resolve, SHUTDOWN_MS))
  await Promise.race([Promise.allSettled(ended), late])
  process.exit(0)
}

// Saves half of a container's memory and start; the host has one when it was started as a program.
if (workerData.compileCache !== undefined) enableCompileCache(workerData.compileCache)

try {
  const handler = load()
  parentPort.on('message', (message) => void (message === 'shutdown' ? shutDown() : invoke(handler, message)))
  parentPort.postMessage({ ok: true, payload: 'null' })
  flushCompileCache()
} catch (error) {
  console.error(error)
  parentPort.postMessage(failure(error))
}
