import { existsSync } from 'node:fs';
import type { MaasPlatformProps } from '../../config/configuration';
import { parseConfiguration, readConfiguration } from '../../config/read';
import { Kubectl } from '../kubectl';
import { OperationError } from '../operation-error';
import { openTerminal, type SessionOptions } from '../session';
import { isOpenShift } from './detection';
import { chooseConfiguration, flagLine, modelsOf, type Place, type SeedFlags } from './seed-flags';

/** The configuration of an installation. */
export interface InstallationConfiguration {
  readonly props: MaasPlatformProps;
  /** The file that has still to be written. @default - it is there */
  readonly text?: string;
}

/**
 * Reads the configuration, or lets the flags of the seed choose one where there is none.
 *
 * @throws ConfigurationError when it is not valid
 * @throws OperationError when there is none and no flag names a model
 */
export async function readOrChoose(options: SessionOptions & SeedFlags): Promise<InstallationConfiguration> {
  const { config } = options;
  if (existsSync(config)) return { props: readConfiguration(config) };
  if (modelsOf(options).length === 0) {
    throw new OperationError(
      `there is no ${config}; let flags choose one: maas install --simulator --token-rate-limit, ` +
        'begin with one: maas init, or name yours with --config',
    );
  }
  const text = chooseConfiguration(options, await placeFor(options), flagLine(options));
  return { props: parseConfiguration(text, config), text };
}

/** As --ocp and --no-ocp say, else as the cluster looks. */
async function placeFor(options: SessionOptions & SeedFlags): Promise<Place> {
  if (options.ocp === false || options.deployKind) return { platform: 'kubernetes' };
  const kubectl = new Kubectl(options, openTerminal(options));
  if (options.ocp === undefined && !(await isOpenShift(kubectl))) return { platform: 'kubernetes' };
  const args = ['get', 'ingresses.config.openshift.io', 'cluster', '--output=jsonpath={.spec.domain}'];
  const { exitCode, stdout, stderr } = await kubectl.attempt(args);
  if (exitCode !== 0 || stdout === '') {
    throw new OperationError(
      `cannot read the domain of the OpenShift cluster: ${stderr.trim()}\nwrite ${options.config} with ` +
        '`platform: openshift` and `domain:`; maas init --story openshift gives an example',
    );
  }
  return { platform: 'openshift', domain: stdout };
}
