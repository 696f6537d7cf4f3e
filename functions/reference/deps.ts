import { sha256 } from '../../shared/kernel/canonical.ts'
import type { OpenApiDocument } from '../../shared/reference/document.ts'
import { errorsPage } from '../../shared/reference/errors-page.ts'
import { referencePage } from '../../shared/reference/page.ts'
import { baseDeps, type BaseDeps } from '../http-deps.ts'
import { unversionedDocument } from './document.ts'

/** What is rendered once a container, and the version of it that becomes the ETag. */
interface Rendered<Body> {
  readonly body: Body
  readonly version: string
}

/** What the reference routes have. */
export interface ReferenceDeps extends BaseDeps {
  readonly document: Rendered<Record<string, unknown> & { openapi: string }>
  readonly referenceHtml: Rendered<string>
  readonly errorsHtml: Rendered<string>
}

const VERSION_DIGITS = 32

const versionOf = (text: string): string => sha256(text).slice(0, VERSION_DIGITS)

const rendered = (page: string): Rendered<string> => ({ body: page, version: versionOf(page) })

/** Makes the dependencies of the reference routes. */
export async function referenceDeps(): Promise<ReferenceDeps> {
  const base = await baseDeps()
  const info = { ...unversionedDocument.info, version: base.env.MIDWATCH_VERSION }
  const document: OpenApiDocument = { ...unversionedDocument, info }
  return {
    ...base,
    document: { body: { ...document }, version: versionOf(JSON.stringify(document)) },
    referenceHtml: rendered(referencePage(document)),
    errorsHtml: rendered(errorsPage()),
  }
}
