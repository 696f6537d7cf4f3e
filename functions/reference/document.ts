import { manifest } from '../../shared/manifest.ts'
import type { OpenApiDocument } from '../../shared/reference/document.ts'
import { openApi, type NamedRoute } from '../../shared/reference/openapi.ts'

/** Every route there is, by the name that its contract gives it. */
const namedRoutes = (): readonly NamedRoute[] =>
  Object.values(manifest).flatMap((contract) =>
    Object.entries(contract).flatMap(([name, declared]) =>
      declared.type === 'route' ? [[name, declared] as const] : [],
    ),
  )

/** Fields without a value are left out, as they are on the wire. */
const asSent = (document: OpenApiDocument) => JSON.parse(JSON.stringify(document)) as OpenApiDocument

/** The API as an OpenAPI document, but for the version of the deployment. Worked out when functions are bundled. */
export const unversionedDocument: OpenApiDocument = asSent(openApi(namedRoutes(), ''))
