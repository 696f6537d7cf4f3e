import { ERRORS } from '../kernel/errors.ts'
import { curlCall } from './curl.ts'
import type { Media, Operation } from './document.ts'
import { fieldTable, parameterTable } from './fields.ts'
import { html, paragraphs, type Html } from './html.ts'

/** An operation and where it is served. `method` is in lower case, as in the document. */
export interface Placed {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

const code = (label: string, text: string): Html =>
  html`<pre tabindex="0" role="region" aria-label="${label}"><code>${text}</code></pre>`

/** The method in its colour, for headings and the table of contents. */
export const methodMark = (method: string): Html =>
  html`<span class="${method}">${method.toUpperCase()}</span>`

const exampleText = (example: unknown): string =>
  typeof example === 'string' ? example : JSON.stringify(example, null, 2)

const onlyMedia = (
  content: Readonly<Record<string, Media>>,
): readonly [type: string, media: Media] | undefined => Object.entries(content)[0]

function requestPart({ method, path, operation }: Placed): Html {
  const media = operation.requestBody && onlyMedia(operation.requestBody.content)?.[1]
  const fields = media && fieldTable('Body', media.schema)
  const need = operation.requestBody?.required ? '' : ' (optional)'
  return html`${
      fields &&
      html`<h4>Body${need}</h4>
        ${fields}`
    }
    <h4>Request</h4>
    ${code('Example request', curlCall(method, path, operation))}`
}

/** The statuses that carry this type of body: that of a success, and e.g. 503 of a readiness check. */
const statusesOf = (type: string, { responses }: Operation): string =>
  Object.entries(responses)
    .filter(([, response]) => type in response.content)
    .map(([status]) => status)
    .join(' or ')

function responsePart({ operation }: Placed): Html | undefined {
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))
  const media = success && onlyMedia(success[1].content)
  if (media === undefined) return undefined
  const [type, { example, schema }] = media
  const fields = fieldTable('Response fields', schema)
  return html`<h4>Response ${statusesOf(type, operation)}, ${type}</h4>
    ${code('Example response', exampleText(example))}
    ${
      fields &&
      html`<details>
        <summary>Response fields</summary>
        ${fields}
      </details>`
    }`
}

const errorPart = ({ operation }: Placed): Html =>
  html`<h4>Errors</h4>
    <p>
      ${operation['x-error-codes'].map(
        (name, index) =>
          html`${index === 0 ? '' : ', '}${ERRORS[name].status}&nbsp;<a href="/docs/errors#${name}"
              >${name}</a
            >`,
      )}
    </p>`

/** Everything about one operation. */
export function operationSection(placed: Placed): Html {
  const { method, path, operation } = placed
  return html`<article id="${operation.operationId}" aria-labelledby="${operation.operationId}-title">
    <h3 id="${operation.operationId}-title">${operation.summary}</h3>
    <div class="address">${methodMark(method)} <span>${path}</span></div>
    ${paragraphs(operation.description)} ${parameterTable(operation.parameters)} ${requestPart(placed)}
    ${responsePart(placed)} ${errorPart(placed)}
  </article> `
}
