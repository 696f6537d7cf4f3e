import type { Context } from 'aws-lambda'

const unused = () => {
  throw new Error('Lambda has deprecated this.')
}

/** What Lambda says of an invocation that may run for `remainingMs` more. */
export const lambdaContext = (remainingMs = 29_000): Context => ({
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'test',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:test',
  memoryLimitInMB: '256',
  awsRequestId: 'invocation-1',
  logGroupName: 'test',
  logStreamName: 'test',
  getRemainingTimeInMillis: () => remainingMs,
  done: unused,
  fail: unused,
  succeed: unused,
})
