import { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { http } from '../../shared/kernel/http.ts'
import { addTarget } from './add-target.ts'
import { applyBundle } from './apply-bundle.ts'
import { archiveFlag } from './archive-flag.ts'
import { createFlag } from './create-flag.ts'
import { flagDeps } from './deps.ts'
import { deleteBundle } from './delete-bundle.ts'
import { disableFlag } from './disable-flag.ts'
import { enableFlag } from './enable-flag.ts'
import { getFlagHistory } from './get-flag-history.ts'
import { getFlagStats } from './get-flag-stats.ts'
import { getFlag } from './get-flag.ts'
import { getImpact } from './get-impact.ts'
import { getPublicKey } from './get-public-key.ts'
import { importFlags } from './import-flags.ts'
import { listBundles } from './list-bundles.ts'
import { listFlags } from './list-flags.ts'
import { listStaleFlags } from './list-stale-flags.ts'
import { listTargets } from './list-targets.ts'
import { putBundle } from './put-bundle.ts'
import { putFlag } from './put-flag.ts'
import { removeTarget } from './remove-target.ts'
import { revertBundle } from './revert-bundle.ts'
import { rollBackFlag } from './roll-back-flag.ts'
import { setPercentage } from './set-percentage.ts'

export const handler = http(
  featureFlagsContract,
  {
    listFlags,
    createFlag,
    getFlag,
    putFlag,
    archiveFlag,
    enableFlag,
    disableFlag,
    setPercentage,
    listTargets,
    addTarget,
    removeTarget,
    getFlagHistory,
    rollBackFlag,
    getFlagStats,
    listStaleFlags,
    getImpact,
    importFlags,
    listBundles,
    putBundle,
    deleteBundle,
    applyBundle,
    revertBundle,
    getPublicKey,
  },
  flagDeps,
)
