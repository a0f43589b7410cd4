import type { Helm } from '../helm';
import { APPLY_ARGUMENTS } from '../kubectl';
import { nameOf } from '../kubernetes-object';
import type { Session } from '../session';
import { shellCommand } from '../shell';
import { applyArguments, releaseOf } from './install-component';
import type { Part } from './components';
import { downloadCommand, placeOf } from './downloads';
import { CREATE_KIND_CLUSTER } from './kind-cluster';
import type { ComponentPlan, Plan } from './plan';
import type { StepName } from './step-names';
import { isRun, titleOf } from './steps';

/** What a dry run tells of. */
export interface DryRun {
  readonly session: Session;
  readonly helm: Helm;
  readonly plan: Plan;
  readonly createsCluster: boolean;
  readonly mirror?: string;
  readonly fromStep?: StepName;
  /** What was applied before and is no longer in the configuration, and would be deleted. */
  readonly pruned: readonly string[];
}

/** Every command and every object of an installation, by their names; what a Secret holds is never said. */
export function describeInstallation(run: DryRun): string {
  const { session, plan, createsCluster, mirror, fromStep } = run;
  const changed = changedParts(run);
  return [
    ...(createsCluster ? ['# cluster', `kind ${CREATE_KIND_CLUSTER.join(' ')}`, ''] : []),
    ...(changed.length > 0 && mirror === undefined
      ? ['# downloads; these commands put them into a folder for --mirror', ...changed.map(downloadCommand), '']
      : []),
    ...plan.components
      .filter(({ component }) => isRun(component.name, fromStep))
      .flatMap((component) => [
        `# ${component.component.name}: ${titleOf(component)}`,
        ...commandsOf(component, run),
        '',
      ]),
    '# platform',
    ...session.files.flatMap(({ name, objects }) => [
      `${session.commands.kubectl(...APPLY_ARGUMENTS)}  # ${name}`,
      ...objects.map((object) => `  ${nameOf(object)}`),
    ]),
    ...run.pruned.map((name) => `${session.commands.kubectl('delete')}  # no longer in ${session.config}\n  ${name}`),
  ].join('\n');
}

/** What would be downloaded. */
export function changedParts({ plan, session, fromStep }: Pick<DryRun, 'plan' | 'session' | 'fromStep'>): Part[] {
  return plan.components
    .filter(({ action, component }) => action !== 'keep' && isRun(component.name, fromStep))
    .flatMap(({ component, version = '' }) => component.parts(version, session.settings));
}

function commandsOf({ component, action, version = '' }: ComponentPlan, { session, helm, mirror }: DryRun): string[] {
  if (action === 'keep') return [];
  const { settings, commands } = session;
  const create = commands.kubectl('create', '--filename=-');
  return [
    ...component.namespaces(settings).map((name) => `${create}  # Namespace ${name}, unless it is there`),
    ...component
      .parts(version, settings)
      .map((part) =>
        part.kind === 'chart'
          ? shellCommand('helm', ...helm.upgradeArguments(releaseOf(part, mirror)))
          : commands.kubectl(...applyArguments(placeOf(part, mirror))),
      ),
  ];
}
