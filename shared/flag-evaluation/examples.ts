const evaluation = { key: 'enable_new_player', value: true, variant: 'on', reason: 'SPLIT' }
const params = { key: evaluation.key }
const body = { context: { targetingKey: 'user_id_here', roles: ['filmmaker'], organization: 'studio-7' } }
const ofrepEvaluation = { ...evaluation, metadata: {} }
const all = { flags: [ofrepEvaluation], metadata: { version: 12 } }

/** One example a route of flag evaluation. */
export const flagEvaluationExamples = {
  evaluateFlag: { params, response: evaluation },
  evaluateFlags: { response: { flags: [evaluation] } },
  ofrepFlag: { params, body, response: ofrepEvaluation },
  ofrepFlags: { body, response: all },
  publicOfrepFlag: { params, body, response: ofrepEvaluation },
  publicOfrepFlags: { body, response: all },
}
