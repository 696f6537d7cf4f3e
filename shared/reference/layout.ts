import { Html, html } from './html.ts'
import { STYLE } from './style.ts'

/** The style sheet goes in as it is: escaped, it would be another one, with another hash. */
const styleSheet = new Html(`<style>${STYLE}</style>`)

/**
 * A whole page.
 * @param contents the table of contents
 * @param main what stands beside it, with one h1
 */
export const layout = (title: string, contents: Html, main: Html): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${styleSheet}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <div class="frame">
          <nav aria-label="Contents">${contents}</nav>
          <main id="main">${main}</main>
        </div>
      </body>
    </html> `.markup
