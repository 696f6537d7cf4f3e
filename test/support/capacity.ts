import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

interface Capacity {
  readonly CapacityUnits?: number
}

const unitsOf = (reported: Capacity | readonly Capacity[] | undefined): number =>
  [reported ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)

const withReport = (input: object) => ({ ...input, ReturnConsumedCapacity: 'TOTAL' })
const reportIn = (output: object) =>
  (output as { ConsumedCapacity?: Capacity | readonly Capacity[] }).ConsumedCapacity

/**
 * Has every request of a client report what it costs.
 * @returns a function that adds up the capacity units of all requests that `act` sends
 */
export function consumedCapacity(
  client: DynamoDBDocumentClient,
): (act: () => Promise<unknown>) => Promise<number> {
  let units = 0
  client.middlewareStack.add(
    (next) => async (request) => {
      // The document client hands the same stack to the client beneath it; the stack runs once a request.
      const result = await next({ ...request, input: { ...request.input, ...withReport(request.input) } })
      units += unitsOf(reportIn(result.output))
      return result
    },
    { step: 'initialize', name: 'consumedCapacity' },
  )
  return async (act) => {
    units = 0
    await act()
    return units
  }
}
