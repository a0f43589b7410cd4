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

/** A `describe` whose tests have Envoy, Istio's translation and the simulator; skipped, with the reason, without them. */
export function describeWithIstio(name: string, tests: (programs: Programs) => void): void {
  const { binary: envoy, reason } = findEnvoy();
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
