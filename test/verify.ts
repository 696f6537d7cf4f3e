import { spawn } from 'node:child_process'

/** `npm run verify`: what is quick, all at once, before each commit. What fails is printed; the rest stays quiet. */
const CHECKS = [
  ['tsc'],
  ['oxlint', '--type-aware', '--deny-warnings'],
  ['oxfmt', '--check'],
  ['vitest', 'run', '--project', 'unit', '--project', 'contract', '--project', 'architecture', '--silent'],
] as const

function run([command, ...args]: readonly [string, ...string[]]): Promise<boolean> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  return new Promise((resolve) => {
    child.once('close', (status) => {
      console.log(status === 0 ? `${command}: ok` : `${command}: failed\n${output}`)
      resolve(status === 0)
    })
  })
}

const passed = await Promise.all(CHECKS.map((check) => run(check)))
process.exitCode = passed.every(Boolean) ? 0 : 1
