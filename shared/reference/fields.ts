import type { Parameter, Schema } from './document.ts'
import { html, prose, type Html } from './html.ts'

/** One line of a table of fields. */
interface Field {
  readonly name: string
  readonly need: string
  readonly schema: Schema
  readonly description: string | undefined
}

const BOUNDS = [
  ['minimum', 'at least', '', ''],
  ['exclusiveMinimum', 'more than', '', ''],
  ['maximum', 'at most', '', ''],
  ['minLength', 'at least', ' character', ' characters'],
  ['maxLength', 'at most', ' character', ' characters'],
  ['minItems', 'at least', ' entry', ' entries'],
  ['maxItems', 'at most', ' entry', ' entries'],
] as const

/** `integer`, `list of objects`, `date-time`, or the values to choose from. */
function typeText(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.type === 'array') return `list of ${typeText(schema.items ?? {})}`
  const options = schema.anyOf ?? schema.oneOf
  if (options !== undefined) return options.map(typeText).join(' or ')
  return schema.format ?? schema.type ?? 'any value'
}

/** What a field means and which rules it keeps, in one line. */
function meaning({ description, schema }: Field): string {
  const bounds = BOUNDS.flatMap(([name, words, one, many]) =>
    schema[name] === undefined ? [] : [`${words} ${schema[name]}${schema[name] === 1 ? one : many}`],
  )
  const pattern = schema.pattern === undefined ? [] : [`matches \`${schema.pattern}\``]
  const fallback = schema.default === undefined ? [] : [`\`${JSON.stringify(schema.default)}\` when absent`]
  return [description, ...bounds, ...pattern, ...fallback].filter(Boolean).join('; ')
}

const row = (field: Field): Html =>
  html`<tr>
    <th scope="row"><code>${field.name}</code> <span class="need">${field.need}</span></th>
    <td>${prose(typeText(field.schema))}</td>
    <td>${prose(meaning(field))}</td>
  </tr> `

const table = (title: string, fields: readonly Field[]): Html =>
  html`<div class="scroll">
    <table class="fields" aria-label="${title}">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Type</th>
          <th scope="col">Meaning and rules</th>
        </tr>
      </thead>
      <tbody>
        ${fields.map(row)}
      </tbody>
    </table>
  </div>`

/** The parameters of an operation; nothing when it has none. */
export function parameterTable(parameters: readonly Parameter[]): Html | undefined {
  if (parameters.length === 0) return undefined
  const fields = parameters.map(({ name, in: place, required, schema, description }) => ({
    name,
    need: required ? place : `${place}, optional`,
    schema,
    description,
  }))
  return html`<h4>Parameters</h4>
    ${table('Parameters', fields)}`
}

/** The fields of an object and of what is nested in it, with dotted names; `[]` stands for each entry of a list. */
function fieldsOf(schema: Schema, prefix = ''): Field[] {
  const { properties = {}, required = [] } = schema
  return Object.entries(properties).flatMap(([key, property]) => {
    const name = prefix + key
    const need = required.includes(key) ? '' : 'optional'
    const inner =
      property.type === 'array'
        ? fieldsOf(property.items ?? {}, `${name}[].`)
        : fieldsOf(property, `${name}.`)
    return [{ name, need, schema: property, description: property.description }, ...inner]
  })
}

/** The fields of a body; nothing when it isn't an object. */
export function fieldTable(title: string, schema: Schema): Html | undefined {
  const fields = fieldsOf(schema)
  return fields.length === 0 ? undefined : table(title, fields)
}
