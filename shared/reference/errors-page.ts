import { ERRORS, type ErrorCode } from '../kernel/errors.ts'
import { html, prose, type Html } from './html.ts'
import { layout } from './layout.ts'
import { REMEDIES } from './remedies.ts'

const codesByStatus = (): ReadonlyMap<number, readonly ErrorCode[]> =>
  Map.groupBy(
    // `ERRORS` is closed: its keys are the codes.
    Object.keys(ERRORS).filter((code): code is ErrorCode => code in ERRORS),
    (code) => ERRORS[code].status,
  )

const entry = (code: ErrorCode): Html =>
  html`<article id="${code}" aria-labelledby="${code}-title">
    <h3 id="${code}-title"><code>${code}</code></h3>
    <p>${prose(ERRORS[code].title)}</p>
    <h4>What to do</h4>
    <p>${prose(REMEDIES[code])}</p>
  </article> `

/**
 * Every error code, what it means and what to do. A problem's `type` points at its anchor here.
 * @returns a whole HTML document, to be sent with `PAGE_HEADERS`
 */
export function errorsPage(): string {
  const groups = [...codesByStatus()]
  const contents = html`<ul>
    <li><a class="part" href="/docs">Reference</a></li>
    ${groups.map(
      ([status, codes]) =>
        html`<li>
          <a class="part" href="#status-${status}">${status}</a>
          <ul>
            ${codes.map((code) => html`<li><a href="#${code}">${code}</a></li>`)}
          </ul>
        </li> `,
    )}
  </ul>`
  const main = html`<h1>Errors</h1>
    <p>
      Whatever goes wrong is answered with a problem document (RFC 9457,
      <code>application/problem+json</code>). Its <code>code</code> is one of these and never changes its
      meaning. Quote its <code>requestId</code> to support.
    </p>
    ${groups.map(
      ([status, codes]) =>
        html`<section aria-labelledby="status-${status}">
          <h2 id="status-${status}">Status ${status}</h2>
          ${codes.map(entry)}
        </section> `,
    )}`
  return layout('Midwatch API errors', contents, main)
}
