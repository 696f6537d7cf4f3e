import { Problem, statusOf, type ErrorCode } from '../errors.ts'

/** Error codes of the OpenFeature Remote Evaluation Protocol (open-feature/protocol, `service/openapi.yaml` 0.3.0). */
const ERROR_CODES: Partial<Record<ErrorCode, string>> = {
  invalid_json: 'PARSE_ERROR',
  invalid_input: 'INVALID_CONTEXT',
  targeting_key_missing: 'TARGETING_KEY_MISSING',
  unknown_flag: 'FLAG_NOT_FOUND',
}

/** A key is no longer than this; what somebody sends in its place is not sent back whole. */
const MAX_KEY_CHARACTERS = 128

/** What is wrong outside of the body is wrong with the client, not with a context. */
const codeOf = ({ code, fields }: Problem): string =>
  code === 'invalid_input' && !fields.some(({ path }) => path.startsWith('body'))
    ? 'GENERAL'
    : (ERROR_CODES[code] ?? 'GENERAL')

const detailOf = ({ fields, message }: Problem): string =>
  fields.length === 0 ? message : fields.map(({ path, reason }) => `${path} ${reason}`).join('; ')

/**
 * The same problem with the members that the protocol's clients read beside our own.
 * @param key of the flag that was asked for
 */
export const ofrepProblem = (problem: Problem, key: string | undefined): Problem =>
  new Problem(problem.code, {
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    fields: problem.fields,
    headers: problem.headers,
    status: statusOf(problem.code, 'ofrep'),
    type: problem.type,
    extensions: {
      ...problem.extensions,
      ...(key === undefined ? {} : { key: key.slice(0, MAX_KEY_CHARACTERS) }),
      errorCode: codeOf(problem),
      errorDetails: detailOf(problem),
    },
  })
