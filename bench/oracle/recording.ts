/** Numbers of one kind, as many as come; sent as they lie in memory. */
export class Column {
  #values = new Float64Array(1_024)
  #length = 0

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#length] = value
    this.#length += 1
  }

  values(): Float64Array {
    return this.#values.slice(0, this.#length)
  }
}

/** A rule has at most this many windows here. */
export const MAX_WINDOWS = 2

const ATTEMPT = ['stream', 'at', 'cost'] as const
/** `own`: by the clock of the process, when the caller was answered; `at`: true time, when the store was asked (or the lease). */
const ADMISSION = ['stream', 'own', 'at', 'cost', 'bucket0', 'limit0', 'bucket1', 'limit1'] as const

export type AttemptRow = Readonly<Record<(typeof ATTEMPT)[number], number>>
export type AdmissionRow = Readonly<Record<(typeof ADMISSION)[number], number>>

/** What one process saw; times are milliseconds since the epoch. */
export interface Recording {
  readonly attempts: Float64Array
  readonly admissions: Float64Array
  readonly storeCalls: number
  readonly exempted: number
  /** Decided without the store; none, or the run says little. */
  readonly degraded: number
}

function pushRow<Name extends string>(
  column: Column,
  names: readonly Name[],
  row: Readonly<Record<Name, number>>,
): void {
  for (const name of names) column.push(row[name])
}

export const pushAttempt = (column: Column, row: AttemptRow): void => pushRow(column, ATTEMPT, row)
export const pushAdmission = (column: Column, row: AdmissionRow): void => pushRow(column, ADMISSION, row)

/** The names are those that the rows were written by. */
const rowOf = <Name extends string>(names: readonly Name[], values: Float64Array, start: number) =>
  Object.fromEntries(names.map((name, index) => [name, values[start + index] ?? 0])) as Record<Name, number>

function rowsOf<Name extends string>(names: readonly Name[], values: Float64Array): Record<Name, number>[] {
  const rows: Record<Name, number>[] = []
  for (let start = 0; start < values.length; start += names.length) rows.push(rowOf(names, values, start))
  return rows
}

export const attemptsIn = ({ attempts }: Recording): readonly AttemptRow[] => rowsOf(ATTEMPT, attempts)
export const admissionsIn = ({ admissions }: Recording): readonly AdmissionRow[] =>
  rowsOf(ADMISSION, admissions)
