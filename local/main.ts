import { enableCompileCache } from 'node:module'
import { resolve } from 'node:path'

// Compiled code is kept between runs, which saves seconds and megabytes. It has to be turned on before anything is loaded.
enableCompileCache(resolve(import.meta.dirname, '../node_modules/.cache/midwatch'))
await import('./start.ts')
