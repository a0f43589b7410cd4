import { checkConfiguration } from '../../config/check';
import type { MaasPlatformProps } from '../../config/configuration';
import type { PlatformSettings } from '../../config/settings';
import { manifestFilesOf } from '../../platform/manifests';
import { compareVersions, LOWEST_KUBERNETES } from './cluster-version';
import { COMPONENTS, type Component } from './components';
import type { ClusterFacts, Found } from './detection';
import type { InstalledComponent } from './installation-record';

/** What is to be done about a component. */
export interface ComponentPlan {
  readonly component: Component;
  /** `keep`: nothing, it is good. */
  readonly action: 'install' | 'upgrade' | 'keep';
  /** The version that is there in the end; nothing when what is there does not say. */
  readonly version?: string;
  /** In a few words: `upgrade from 1.30.1`, `already there: 1.31.4`. */
  readonly words: string;
  /** What is there. */
  readonly found?: Found;
  /** Whether somebody else has installed it. */
  readonly isForeign: boolean;
}

/** What is to be done about all of them, or why it cannot be. */
export interface Plan {
  readonly components: readonly ComponentPlan[];
  /** What keeps it from being done, with the fix. */
  readonly problems: readonly string[];
  /** What a person should know and may leave as it is. */
  readonly warnings: readonly string[];
}

/** What a plan is made from. */
export interface PlanInput {
  readonly config: string;
  readonly props: MaasPlatformProps;
  readonly settings: PlatformSettings;
  readonly facts: ClusterFacts;
  /** What an earlier install brought. */
  readonly recorded: readonly InstalledComponent[];
  /** Whether the user has said which platform it is, whatever the cluster looks like. */
  readonly platformForced: boolean;
}

/** Decides what to do about each component that the platform needs. */
export function planComponents(input: PlanInput): Plan {
  const { settings, facts } = input;
  const components: ComponentPlan[] = [];
  const mismatch = platformMismatch(input);
  const problems = [...tooOldKubernetes(input.facts), ...(input.platformForced ? [] : mismatch)];
  const warnings = input.platformForced ? mismatch : [];
  for (const component of COMPONENTS.filter(({ isNeeded }) => isNeeded(settings))) {
    const recorded = input.recorded.find(({ step }) => step === component.name);
    const found = facts.components.get(component.name);
    const there = recorded !== undefined && isOnlyDefinitions(component, settings, found) ? undefined : found;
    const decided =
      there === undefined
        ? planMissing(component, input)
        : recorded === undefined
          ? planForeign(component, there, input)
          : planOwn(component, there, recorded, input);
    components.push(...(decided.plan === undefined ? [] : [decided.plan]));
    problems.push(...(decided.problems ?? []));
    warnings.push(...(decided.warnings ?? []));
  }
  return { components, problems, warnings };
}

interface Decision {
  readonly plan?: ComponentPlan;
  readonly problems?: string[];
  readonly warnings?: string[];
}

function tooOldKubernetes({ kubernetes }: ClusterFacts): string[] {
  if (kubernetes === '' || compareVersions(kubernetes, LOWEST_KUBERNETES) >= 0) return [];
  const expected = '1.30 or newer, the first with ValidatingAdmissionPolicy v1';
  return [
    `Kubernetes is too old: got ${kubernetes}, expected ${expected}; upgrade the cluster, or name another with --context`,
  ];
}

function platformMismatch({ config, settings, facts: { kubernetes, openShift } }: PlanInput): string[] {
  if (openShift && settings.platform === 'kubernetes') {
    const domain = 'kubectl get ingresses.config.openshift.io cluster --output=jsonpath={.spec.domain}';
    return [
      `the cluster is OpenShift, but ${config} is for plain Kubernetes: write \`platform: openshift\` and the cluster's ` +
        `domain (${domain}), or say --no-ocp`,
    ];
  }
  if (!openShift && kubernetes !== '' && settings.platform === 'openshift') {
    return [
      `${config} says platform: openshift, but the cluster is not OpenShift (it has no API group config.openshift.io): ` +
        'write `platform: kubernetes`, name another cluster with --context, or say --ocp',
    ];
  }
  return [];
}

/** CustomResourceDefinitions outlive what brought them: ours are no sign that it still runs. */
function isOnlyDefinitions(component: Component, settings: PlatformSettings, found: Found | undefined): boolean {
  return found !== undefined && found.namespace === undefined && component.deployments(settings).length > 0;
}

function planMissing(component: Component, { settings }: PlanInput): Decision {
  const { title, openShift } = component;
  if (settings.platform === 'openshift' && openShift !== undefined) {
    return { problems: [`${title} is missing; on OpenShift it comes from ${openShift}, then run this again`] };
  }
  const { namespace } = settings.kserve;
  if (component.name === 'kserve' && namespace !== 'kserve') {
    const expected = `its release is for namespace kserve; write \`kserve: { namespace: kserve }\`, or install it in ${namespace}`;
    return { problems: [`${title} is missing and cannot be brought to namespace ${namespace}: ${expected}`] };
  }
  const version = component.version(settings);
  return { plan: { component, action: 'install', version, words: 'install', isForeign: false } };
}

function planOwn(
  component: Component,
  found: Found,
  recorded: InstalledComponent,
  { config, settings }: PlanInput,
): Decision {
  const wanted = component.version(settings);
  const version = found.version ?? recorded.version;
  if (compareVersions(version, wanted) > 0) {
    const key = component.versionKey;
    const fix = key === undefined ? 'use the newer cdk8s-maas again' : `write \`versions: { ${key}: ${version} }\``;
    const problem = `${component.title} ${version} is there and ${config} asks for the older ${wanted}, which its project does not support; ${fix}`;
    return { problems: [problem] };
  }
  if (version === wanted && recorded.complete) return keep(component, found, false, `already there: ${version}`);
  const words = version === wanted ? 'finish what was interrupted' : `upgrade from ${version}`;
  return { plan: { component, action: 'upgrade', version: wanted, words, found, isForeign: false } };
}

/** What somebody else has installed is left alone, and has to be what the platform can live with. */
function planForeign(component: Component, found: Found, input: PlanInput): Decision {
  const { title, versionKey, name } = component;
  const { version, where, namespace } = found;
  const expected = component.deployments(input.settings)[0]?.namespace;
  if ((name === 'kserve' || name === 'kuadrant') && namespace !== expected) {
    const fix = `write \`${name}: { namespace: ${namespace} }\` in ${input.config}`;
    return { problems: [`${title} is in another namespace (${where}), expected ${expected}; ${fix}`] };
  }
  if (version === undefined) {
    const warnings = [
      `${title} (${where}) does not say its version; ${input.config} is for ${component.version(input.settings)}`,
    ];
    return { ...keep(component, found, true, 'already there, not from here: left alone'), warnings };
  }
  const problems = versionKey === undefined ? [] : versionProblems(versionKey, version, title, where, input);
  return problems.length > 0
    ? { problems }
    : keep(component, found, true, `already there, not from here: ${version}, left alone`);
}

/** By the rules for maas.yaml, read with the version that is there; and by what would be rendered for it. */
function versionProblems(
  key: keyof NonNullable<MaasPlatformProps['versions']>,
  version: string,
  title: string,
  where: string,
  { config, props, settings }: PlanInput,
): string[] {
  if (settings.versions[key] === version) return [];
  const changed: MaasPlatformProps = { ...props, versions: { ...props.versions, [key]: version } };
  const refused = checkConfiguration(changed).filter(({ path }) => path[0] === 'versions' && path[1] === key);
  if (refused.length > 0) {
    return refused.map(
      ({ expected, fix }) =>
        `${title} (${where}, not installed from here) is too old: got ${version}, expected ${expected}; ${fix}`,
    );
  }
  if (JSON.stringify(manifestFilesOf(changed)) === JSON.stringify(manifestFilesOf(props))) return [];
  return [
    `${title} ${version} (${where}) takes other objects than those for ${settings.versions[key]}: ` +
      `write \`versions: { ${key}: ${version} }\` in ${config}`,
  ];
}

function keep(component: Component, found: Found, isForeign: boolean, words: string): Decision {
  const { version } = found;
  return {
    plan: { component, action: 'keep', words, found, isForeign, ...(version === undefined ? {} : { version }) },
  };
}
