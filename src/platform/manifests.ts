import { App, Chart } from 'cdk8s';
import type { MaasPlatformProps } from '../config/configuration';
import { validateApp } from '../output/output';
import { MaasPlatform } from './platform';

/** A Kubernetes manifest as JSON. */
export interface Manifest {
  readonly [key: string]: unknown;
}

/** What one file of dist/ holds. */
export interface ManifestFile {
  /** Name without extension: `30-gateway`. */
  readonly name: string;
  readonly manifests: Manifest[];
}

/**
 * The files of dist/ that a configuration synthesizes to, in the order in which `kubectl apply -f dist/` takes them.
 *
 * @throws ConfigurationError when it is not valid
 */
export function manifestFilesOf(props: MaasPlatformProps): ManifestFile[] {
  const app = new App();
  new MaasPlatform(app, 'maas', props);
  validateApp(app);
  return app.node
    .findAll()
    .filter((node) => Chart.isChart(node))
    .map((chart) => ({ name: chart.node.id, manifests: chart.toJson() as Manifest[] }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** The objects that a configuration synthesizes to. */
export function manifestsOf(props: MaasPlatformProps): Manifest[] {
  return manifestFilesOf(props).flatMap(({ manifests }) => manifests);
}
