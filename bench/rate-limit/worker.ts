import { perform, type Job } from './jobs.ts'

/** The parent sends jobs and nothing else. */
const asJob = (message: unknown) => message as Job

// Each job opens a limiter, which a container does once.
process.setMaxListeners(0)
// A limiter may still wait for the end of a minute.
process.on('disconnect', () => process.exit())

/** Does one job after the other until the parent disconnects. */
process.on('message', (message) => {
  perform(asJob(message)).then(
    (outcome) => process.send?.({ outcome }),
    (error: unknown) => process.send?.({ failure: String(error) }),
  )
})
