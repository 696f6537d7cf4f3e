import * as z from 'zod'
import { route } from '../kernel/route.ts'
import { BundleFields, BundleName } from './bundle.ts'
import { flagExamples } from './examples.ts'
import { Why, BASE, look, change, emergency, RACES, RECEIPTS, READS, SWITCHES } from './route-parts.ts'
import { BundleView, Reason, WhyBody } from './schemas.ts'

/** Bundles of switches for emergencies. */
export const bundleRoutes = {
  listBundles: route({
    ...look,
    path: `${BASE}/bundles`,
    summary: 'The bundles of switches for emergencies',
    examples: flagExamples.listBundles,
    response: z.object({ bundles: z.array(BundleView) }),
    errors: [],
    uses: ['bundle:read', ...READS],
  }),
  putBundle: route({
    ...change,
    method: 'PUT',
    path: `${BASE}/bundles/{bundle}`,
    summary: 'Put a bundle of switches together, or change one',
    description: 'One that is applied has to be reverted first, so that reverting knows what it has thrown.',
    examples: flagExamples.putBundle,
    params: z.strictObject({ bundle: BundleName }),
    body: BundleFields.extend({ reason: Reason.optional().describe('Why, for the audit log') }),
    response: BundleView,
    errors: ['bundle_applied', 'stale_version', ...RACES],
    uses: ['bundle:read', 'bundle:write', ...READS, 'audit:write', ...RECEIPTS],
  }),
  deleteBundle: route({
    ...change,
    method: 'DELETE',
    path: `${BASE}/bundles/{bundle}`,
    summary: 'Take back what was changed of a bundle',
    description:
      'A changed bundle goes by its definition again; a created one is gone. Its flags stay as they are.',
    examples: flagExamples.deleteBundle,
    params: z.strictObject({ bundle: BundleName }),
    query: Why,
    response: BundleView,
    errors: ['unknown_bundle', 'bundle_applied', 'bundle_defined', 'stale_version', ...RACES],
    uses: ['bundle:read', 'bundle:write', ...READS, 'audit:write', ...RECEIPTS],
  }),
  applyBundle: route({
    ...emergency,
    path: `${BASE}/bundles/{bundle}/apply`,
    summary: 'Throw all switches of a bundle at once',
    description:
      'In one transaction: its killswitches are engaged and its other flags are off, in every container within a second. ' +
      'Reverting takes back exactly the switches that this has thrown.',
    examples: flagExamples.applyBundle,
    params: z.strictObject({ bundle: BundleName }),
    body: WhyBody,
    response: BundleView,
    errors: ['unknown_bundle', 'bundle_applied', 'stale_version', ...RACES],
    uses: ['bundle:read', 'bundle:write', ...SWITCHES],
  }),
  revertBundle: route({
    ...emergency,
    path: `${BASE}/bundles/{bundle}/revert`,
    summary: 'Take back the switches that a bundle has thrown',
    description: 'Switches that somebody has moved since stay as they are, and `kept` names them.',
    examples: flagExamples.revertBundle,
    params: z.strictObject({ bundle: BundleName }),
    body: WhyBody,
    response: BundleView,
    errors: ['unknown_bundle', 'bundle_not_applied', 'stale_version', ...RACES],
    uses: ['bundle:read', 'bundle:write', ...SWITCHES],
  }),
} as const
