import type { Command } from 'commander';
import type { MaasPlatformProps } from '../config/configuration';
import { readConfiguration } from '../config/read';
import { resolveSettings } from '../config/settings';
import { reportMistakes } from '../output/synthesize';
import { manifestsOf } from '../platform/manifests';
import { addCluster } from './cluster-options';
import { readConfigurationAt, readManifests } from './diff-sources';
import { addUsage } from './help';
import { operations } from './operations';
import { objectChanges, type ObjectChanges } from './object-changes';
import { addJson, type JsonOptions } from './options';
import { settingsChanges, type SettingsChanges } from './settings-changes';

/** What differs between two platforms. */
export interface PlatformChanges {
  /** In words; nothing where one side is only a folder of manifests. */
  readonly settings: SettingsChanges;
  /** Object by object. */
  readonly objects: ObjectChanges;
}

interface DiffOptions extends JsonOptions {
  readonly since?: string;
  readonly dist?: string;
  readonly cluster?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** Exit code of what could not be compared. */
const NOT_COMPARED = 2;

/** Adds `cdk8s-maas diff`. */
export function registerDiff(program: Command): void {
  const command = program
    .command('diff')
    .description('say what a change of the configuration does: in words, and object by object')
    .argument('[old]', 'configuration file; the only one with --since, --dist and --cluster (default: "maas.yaml")')
    .argument('[new]', 'configuration file to compare it with')
    .option('--since <revision>', 'compare with the file as a Git revision has it')
    .option('--dist <folder>', 'compare with the objects of an earlier synthesis')
    .option('--cluster', 'compare the cluster with what an apply would make of it; asks the server, changes nothing')
    .action(function (this: Command, old: string | undefined, next: string | undefined, options: DiffOptions) {
      const sources = [next, options.since, options.dist, options.cluster].filter((source) => source !== undefined);
      if (sources.length !== 1) {
        this.error(
          `error: got ${sources.length} things to compare with, expected one of [new], --since, --dist and --cluster`,
        );
      }
      if (options.cluster === true) return compareCluster(old ?? 'maas.yaml', options);
      const changes = reportMistakes(() => compare(old ?? 'maas.yaml', next, options));
      process.exitCode = changes === undefined ? NOT_COMPARED : tell(changes, options);
      return undefined;
    });
  addJson(addCluster(command));
  addUsage(command, {
    examples: [
      'cdk8s-maas diff --since HEAD~1',
      'cdk8s-maas diff --dist dist environments/production.yaml',
      'cdk8s-maas diff --cluster environments/production.yaml --context production',
      'cdk8s-maas diff environments/staging.yaml environments/production.yaml',
    ],
    exitCodes: { 0: 'nothing differs', 1: 'something differs', 2: 'an error, as of diff and kubectl diff' },
  });
}

/** Only this asks a cluster: it is loaded for it. */
function compareCluster(config: string, options: DiffOptions): Promise<void> {
  const { context, kubeconfig } = options;
  return operations().withClusterManifests(
    { config, context, kubeconfig, color: false, quiet: true },
    ({ before, after }) => tell({ settings: {}, objects: objectChanges(before, after) }, options),
    NOT_COMPARED,
  );
}

/** @returns the exit code */
function tell(changes: PlatformChanges, { json }: DiffOptions): number {
  const text = formatChanges(changes);
  process.stdout.write(json === true ? `${JSON.stringify(changes, undefined, 2)}\n` : text);
  return text === NO_CHANGE ? 0 : 1;
}

function compare(file: string, next: string | undefined, { since, dist }: DiffOptions): PlatformChanges {
  if (dist !== undefined) {
    const after = readConfiguration(file);
    return { settings: {}, objects: objectChanges(readManifests(dist, after.name), manifestsOf(after)) };
  }
  return since === undefined
    ? platformChanges(readConfiguration(file), readConfiguration(next ?? file))
    : platformChanges(readConfigurationAt(file, since), readConfiguration(file));
}

/** What differs between two configurations, both valid. */
export function platformChanges(before: MaasPlatformProps, after: MaasPlatformProps): PlatformChanges {
  return {
    settings: settingsChanges(resolveSettings(before), resolveSettings(after)),
    objects: objectChanges(manifestsOf(before), manifestsOf(after)),
  };
}

const NO_CHANGE = 'nothing differs\n';

/** The changes as people read them. */
export function formatChanges({ settings, objects }: PlatformChanges): string {
  const { added, removed, changed } = objects;
  const lines = [
    ...added.map((object) => `+ ${object}`),
    ...removed.map((object) => `- ${object}`),
    ...changed.flatMap(({ object, paths }) => [`~ ${object}`, ...paths.map((path) => `    ${path}`)]),
  ];
  const words = Object.entries(settings).map(([group, told]) => section(group, told));
  const sections = [...words, ...(lines.length > 0 ? [section('in the cluster', lines)] : [])];
  const kept =
    removed.length > 0 ? ['`kubectl apply` leaves what is removed (-) where it is: prune it, or delete it.\n'] : [];
  return sections.length === 0 ? NO_CHANGE : [...sections, ...kept].join('\n');
}

function section(title: string, lines: readonly string[]): string {
  return [`${title}:`, ...lines.map((line) => `  ${line}`), ''].join('\n');
}
