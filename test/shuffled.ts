import { spawnSync } from 'node:child_process'

/**
 * `npm run test:shuffled [-- runs]`: runs the suites in random order, 20 times unless told otherwise, and stops at the
 * first order that fails. Left out are the infrastructure, whose tests share one synthesis, and the stories that start
 * and kill whole processes: `npm test` runs them in every order that files may have.
 */
const PROJECTS = ['unit', 'contract', 'architecture', 'integration'].flatMap((name) => ['--project', name])
const LEFT_OUT = ['drills', 'faults', 'local-runtime'].flatMap((name) => [
  '--exclude',
  `test/integration/${name}/**`,
])

const runs = Number(process.argv[2] ?? 20)
for (let seed = 1; seed <= runs; seed += 1) {
  const order = ['--sequence.shuffle', `--sequence.seed=${seed}`]
  const args = ['run', ...PROJECTS, ...LEFT_OUT, ...order, '--reporter=dot', '--silent']
  const { status } = spawnSync('vitest', args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) {
    console.error(`The order of seed ${seed} failed.`)
    process.exit(1)
  }
  console.log(`Run ${seed} of ${runs} passed.`)
}
