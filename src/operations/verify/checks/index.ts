import { Unreadable, type Cluster } from '../cluster';
import type { Row } from '../row';
import { apiKeys } from './api-keys';
import type { Check, Platform } from './check';
import { conditions, kuadrant } from './conditions';
import { endpoints, filters, gateway, tokenCounters } from './gateway';
import { issuers } from './issuers';
import { kserveRestart, waysAround } from './kserve';
import { gpuNodes, models } from './models';
import { networkPlugin } from './network-policies';
import { meshDomain } from './mesh-domain';
import { nodeCaches } from './node-caches';
import { inSync, present } from './objects';
import { providerKeys } from './provider-keys';
import { unreadable } from './unreadable';
import { userWorkloadMonitoring } from './user-workload-monitoring';
import { versions } from './versions';

/** Checks by their name, in the order in which they are told: causes before what comes of them. */
export const CHECKS: Readonly<Record<string, Check>> = {
  versions,
  present,
  'in sync': inSync,
  'KServe restart': kserveRestart,
  Kuadrant: kuadrant,
  conditions,
  issuer: issuers,
  gateway,
  endpoints,
  'token counters': tokenCounters,
  filters,
  'mesh domain': meshDomain,
  'ways around': waysAround,
  'API keys': apiKeys,
  'provider keys': providerKeys,
  models,
  'node caches': nodeCaches,
  'GPU nodes': gpuNodes,
  'network plugin': networkPlugin,
  'user workload monitoring': userWorkloadMonitoring,
};

/** Runs every check; what may not be read is a row, too. */
export function runChecks(cluster: Cluster, platform: Platform): Row[] {
  return Object.entries(CHECKS).flatMap(([check, run]) => {
    try {
      return run(cluster, platform).map((finding) => ({ check, ...finding }));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return [{ check, ...unreadable(error, platform.commands) }];
    }
  });
}
