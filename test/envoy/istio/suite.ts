import { toolPath } from '../../../scripts/tool-table.cjs';
import { findEnvoy } from '../envoy';

/** The programs that these tests run. */
export interface Programs {
  readonly envoy: string;
  /** Istio's translation. */
  readonly translator: string;
  /** llm-d's model simulator. */
  readonly simulator: string;
}

/** The Envoy of Istio 1.30, the oldest that providers and fallbacks may have, and that of Istio 1.31. */
export const OLDEST_AND_USUAL = ['1.38.3', '1.39.3'];

/**
 * A `describe` whose tests have Envoy, Istio's translation and the simulator; skipped, with the reason, without them.
 * @param versions of Envoy, for each of which they run @default - that of Istio 1.31
 */
export function describeWithIstio(
  name: string,
  tests: (programs: Programs) => void,
  versions: readonly string[] = [''],
): void {
  for (const version of versions) describeWith(version, version === '' ? name : `${name}, Envoy ${version}`, tests);
}

function describeWith(version: string, name: string, tests: (programs: Programs) => void): void {
  const { binary: envoy, reason } = findEnvoy(version);
  const translator = toolPath('istio-listeners');
  const simulator = toolPath('llm-d-inference-sim');
  if (envoy && translator && simulator) {
    describe(name, () => tests({ envoy, translator, simulator }));
    return;
  }
  const why = reason ?? 'run npm run tools';
  process.stderr.write(`skipped: ${name}: ${why}\n`);
  describe.skip(`${name} (skipped: ${why})`, () => tests({ envoy: '', translator: '', simulator: '' }));
}
