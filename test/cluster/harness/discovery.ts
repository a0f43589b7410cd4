import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolPath } from '../../../scripts/tool-table.cjs';
import type { Translation } from '../../envoy/istio/translation';
import { list } from './api';
import type { Manifest } from './manifests';

/** @returns the pod that plays the Gateway's. */
export async function gatewayPod(gateway: string): Promise<Manifest> {
  const pods = (await list('/api/v1/pods')).filter(
    ({ metadata }) => metadata.labels?.['gateway.networking.k8s.io/gateway-name'] === gateway,
  );
  if (pods.length !== 1) throw new Error(`Gateway ${gateway} has ${pods.length} pods, expected 1`);
  return pods[0]!;
}

/** Asks a running istiod for what it sends to the Envoy of a pod. */
export function discover(istiod: string, pod: Manifest): Translation {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-maas-pod-'));
  try {
    const file = join(folder, 'pod.json');
    writeFileSync(file, JSON.stringify(pod));
    const options = { encoding: 'utf8', timeout: 60_000, maxBuffer: 1 << 26 } as const;
    const { status, stdout, stderr } = spawnSync(toolPath('istio-listeners')!, ['--istiod', istiod, file], options);
    if (status !== 0) throw new Error(`istio-listeners: ${stderr}`);
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
