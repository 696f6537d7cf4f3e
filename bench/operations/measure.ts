/** Performs an operation and notes under its name what it used. */
export type Measure = <T>(name: string, operation: () => Promise<T>) => Promise<T>
