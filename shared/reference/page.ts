import type { OpenApiDocument } from './document.ts'
import { html, paragraphs, prose, type Html } from './html.ts'
import { layout } from './layout.ts'
import { methodMark, operationSection, type Placed } from './operation.ts'

type Tag = OpenApiDocument['tags'][number]

/** A capability and its operations. */
interface Chapter {
  readonly id: string
  readonly tag: Tag
  readonly operations: readonly Placed[]
}

function chaptersOf({ tags, paths }: OpenApiDocument): Chapter[] {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  )
  return tags.map((tag) => ({
    id: tag.name.toLowerCase().replaceAll(' ', '-'),
    tag,
    operations: operations.filter(({ operation }) => operation.tags.includes(tag.name)),
  }))
}

const contentsEntry = ({ method, path, operation }: Placed): Html =>
  html`<li>
    <a href="#${operation.operationId}" title="${path}">${methodMark(method)} ${operation.summary}</a>
  </li>`

const contents = (chapters: readonly Chapter[]): Html =>
  html`<ul>
    ${chapters.map(
      ({ id, tag, operations }) =>
        html`<li>
          <a class="part" href="#${id}">${tag.name}</a>
          <ul>
            ${operations.map(contentsEntry)}
          </ul>
        </li> `,
    )}
    <li><a class="part" href="/docs/errors">Errors</a></li>
  </ul>`

const chapter = ({ id, tag, operations }: Chapter): Html =>
  html`<section aria-labelledby="${id}">
    <h2 id="${id}">${tag.name}</h2>
    <p class="soft">${prose(tag.description)}</p>
    ${operations.map(operationSection)}
  </section> `

/**
 * The API as one page for people, without script.
 * @returns a whole HTML document, to be sent with `PAGE_HEADERS`
 */
export function referencePage(document: OpenApiDocument): string {
  const { title, version, description } = document.info
  const chapters = chaptersOf(document)
  const main = html`<h1>${title} API</h1>
    <p class="soft">Version ${version}. For programs: <a href="/api/v1/openapi.json">OpenAPI 3.1</a>.</p>
    ${paragraphs(description)}
    <p>
      The calls below can be pasted, once <code>MIDWATCH_URL</code> holds this deployment's address and
      <code>TOKEN</code> a bearer token. Ids and tokens in them are examples; a call that changes something
      does change it.
    </p>
    ${chapters.map(chapter)}`
  return layout(`${title} API`, contents(chapters), main)
}
