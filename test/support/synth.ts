import { App, Chart, Testing } from 'cdk8s';

/**
 * Synthesizes what `build` puts into a chart that knows nothing of this package: default options, so hashes are on.
 * (`Testing.app()` would leave a folder behind for each.)
 */
export function synthesize(build: (chart: Chart) => void) {
  const chart = new Chart(new App(), 'team');
  build(chart);
  const manifests = Testing.synth(chart);
  return {
    app: App.of(chart),
    manifests,
    /** The only object of a kind, or the one of this name. */
    find: (kind: string, name?: string) => {
      const found = manifests.filter(
        (manifest) => manifest.kind === kind && (name === undefined || manifest.metadata.name === name),
      );
      if (found.length !== 1) {
        throw new Error(`expected one ${kind} ${name ?? ''}, got ${manifests.map(identify).join(', ')}`);
      }
      return found[0];
    },
  };
}

/** `Kind namespace/name` of a manifest. */
export function identify(manifest: {
  kind: string;
  metadata: { name: string; namespace?: string | undefined };
}): string {
  const { name, namespace } = manifest.metadata;
  return `${manifest.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** Every text value in a manifest, with the keys that lead to it. */
export function textsOf(value: unknown, path = ''): { readonly path: string; readonly text: string }[] {
  if (typeof value === 'string') {
    return [{ path, text: value }];
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, member]) => textsOf(member, `${path}/${key}`))
    : [];
}
