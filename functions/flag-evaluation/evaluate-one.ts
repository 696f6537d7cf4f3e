import type { EvaluationContext } from '../../shared/feature-flags/context.ts'
import type { Evaluated } from '../../shared/feature-flags/evaluation.ts'
import { evaluatedOr } from './answers.ts'
import type { EvaluationDeps } from './deps.ts'

/**
 * Evaluates one flag, by what the table says now.
 * @param onlyPublic a flag that is not public is as good as none
 * @throws `unknown_flag`, `targeting_key_missing`
 */
export async function evaluateOne(
  { flags }: Pick<EvaluationDeps, 'flags'>,
  key: string,
  context: EvaluationContext,
  { onlyPublic }: { readonly onlyPublic: boolean },
): Promise<Evaluated> {
  await flags.refresh()
  return evaluatedOr(flags.evaluate(key, context, { onlyPublic }))
}
