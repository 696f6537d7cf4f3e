import { expect, it } from 'vitest'
import { routeKey } from '../../shared/kernel/route.ts'
import { routes } from '../../shared/manifest.ts'

/** Routes of changes decide about them; all others that write one ask for it. */
const asking = routes.filter(
  ({ capability, uses }) => capability !== 'changes' && uses.includes('change:write'),
)

it('every route whose change may wait for a second person declares the answer of one that waits, and no other', () => {
  expect(asking.length).toBeGreaterThan(0)
  const declaring = routes.filter(({ acceptedStatus }) => acceptedStatus === 202)
  expect(declaring.map(routeKey)).toEqual(asking.map(routeKey))
})
