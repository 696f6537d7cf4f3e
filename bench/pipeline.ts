import { resultOf } from './child.ts'
import type { Round } from './pipeline-child.ts'
import { markdownTable, median, verdict, type Report } from './report.ts'

const WANTED_RATIO = 3

/** Compares the CPU time that a request costs in `http()` with a bare handler that does the same validation. */
export async function pipeline(): Promise<Report> {
  const byRoute = Map.groupBy(await resultOf<readonly Round[]>('pipeline-child.ts'), ({ route }) => route)
  const measured = [...byRoute].map(([route, rounds]) => ({
    route,
    bareUs: median(rounds.map(({ bareUs }) => bareUs)),
    pipelineUs: median(rounds.map(({ pipelineUs }) => pipelineUs)),
    ratio: median(rounds.map(({ pipelineUs, bareUs }) => pipelineUs / bareUs)),
  }))
  const rows = measured.map(({ route, bareUs, pipelineUs, ratio }) => [
    route,
    bareUs.toFixed(1),
    pipelineUs.toFixed(1),
    ratio.toFixed(2),
    `≤ ${WANTED_RATIO}`,
    verdict(ratio <= WANTED_RATIO),
  ])
  const explanation = `CPU time a request, medians of interleaved rounds. The pipeline looks up the route, authorizes, decodes, validates, encodes
and writes an access record (to /dev/null); the bare handler validates the same input and output with the same zod schemas.`
  const headings = ['route', 'bare µs', 'pipeline µs', 'ratio', 'wanted', '']
  return {
    title: 'Pipeline',
    text: `${explanation}\n\n${markdownTable(headings, rows)}`,
    reached: measured.every(({ ratio }) => ratio <= WANTED_RATIO),
  }
}
