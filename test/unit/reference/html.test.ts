import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeHtml, html, paragraphs, prose } from '../../../shared/reference/html.ts'

test('a value in a template is escaped', () => {
  expect(html`<p title="${'"x\''}">${'<b>&'}</p>`.markup).toBe('<p title="&quot;x&#39;">&lt;b&gt;&amp;</p>')
})

test('what a template made is not escaped again', () => {
  expect(html`<p>${html`<b>${'&'}</b>`}</p>`.markup).toBe('<p><b>&amp;</b></p>')
})

test('lists are joined, numbers are written, and undefined leaves nothing', () => {
  expect(html`${['a', html`<b>x</b>`, 1]}${undefined}`.markup).toBe('a<b>x</b>1')
})

test('no text, however it is made, can open an element or leave an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeHtml(text)).not.toMatch(/[<>"']/)
    }),
  )
})

test('a backslash stands for itself', () => {
  expect(html`<code>${String.raw`\d \n`}</code>`.markup).toBe(String.raw`<code>\d \n</code>`)
})

test('text between backticks becomes code, and is escaped all the same', () => {
  expect(prose('use `<a>` & go').markup).toBe('use <code>&lt;a&gt;</code> &amp; go')
})

test('blank lines part paragraphs', () => {
  expect(paragraphs('one\n\ntwo').markup).toBe('<p>one</p><p>two</p>')
})
