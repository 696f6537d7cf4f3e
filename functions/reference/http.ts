import { http } from '../../shared/kernel/http.ts'
import { manifest } from '../../shared/manifest.ts'
import { referenceContract } from '../../shared/reference/contract.ts'
import { openApi } from '../../shared/reference/openapi.ts'
import { baseDeps, type BaseDeps } from '../http-deps.ts'

interface ReferenceDeps extends BaseDeps {
  readonly openApiText: string
}

async function referenceDeps(): Promise<ReferenceDeps> {
  const base = baseDeps()
  const named = Object.values(manifest).flatMap((contract) =>
    Object.entries(contract).flatMap(([name, declared]) => (declared.type === 'route' ? [[name, declared] as const] : [])),
  )
  return { ...base, openApiText: JSON.stringify(openApi(named, base.env.MIDWATCH_VERSION)) }
}

export const handler = http(
  referenceContract,
  {
    getOpenApi: async (_request, { openApiText }) => ({ body: openApiText }),
    getReference: async () => ({ body: '' }),
    getErrors: async () => ({ body: '' }),
  },
  referenceDeps,
)
