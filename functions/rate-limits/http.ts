import { http } from '../../shared/kernel/http.ts'
import { rateLimitsContract } from '../../shared/rate-limits/contract.ts'
import { createBlock } from './create-block.ts'
import { createOverride } from './create-override.ts'
import { deleteBlock } from './delete-block.ts'
import { deleteOverride } from './delete-override.ts'
import { deleteRule } from './delete-rule.ts'
import { rateLimitDeps } from './deps.ts'
import { getRule } from './get-rule.ts'
import { listBlocks } from './list-blocks.ts'
import { listOverrides } from './list-overrides.ts'
import { listRules } from './list-rules.ts'
import { putRule } from './put-rule.ts'

export const handler = http(
  rateLimitsContract,
  {
    listRules,
    getRule,
    putRule,
    deleteRule,
    listOverrides,
    createOverride,
    deleteOverride,
    listBlocks,
    createBlock,
    deleteBlock,
  },
  rateLimitDeps,
)
