/** What an operation answers. `body` is checked against the route's response schema, and undeclared fields are dropped. */
export interface Reply<Body> {
  readonly body: Body
  /** Overrides the route's own success status, e.g. 503 for a failing readiness check. */
  readonly status?: number
  /** Becomes the ETag. */
  readonly version?: number | string
  readonly headers?: Readonly<Record<string, string>>
}
