import { configContract } from '../../shared/config/contract.ts'
import { http } from '../../shared/kernel/http.ts'
import { createConfig } from './create-config.ts'
import { deleteConfig } from './delete-config.ts'
import { configDeps } from './deps.ts'
import { getConfig } from './get-config.ts'
import { listConfigHistory } from './list-config-history.ts'
import { listConfig } from './list-config.ts'
import { putConfig } from './put-config.ts'
import { putManyConfig } from './put-many-config.ts'
import { rollbackConfig } from './rollback-config.ts'
import { validateConfig } from './validate-config.ts'

export const handler = http(
  configContract,
  {
    listConfig,
    getConfig,
    putConfig,
    deleteConfig,
    listConfigHistory,
    rollbackConfig,
    createConfig,
    validateConfig,
    putManyConfig,
  },
  configDeps,
)
