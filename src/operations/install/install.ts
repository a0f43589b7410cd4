import { existsSync, writeFileSync } from 'node:fs';
import { confirm } from '../confirm';
import { keepToCurrentCluster } from '../current-cluster';
import { Helm } from '../helm';
import { describeObject } from '../../output/chart-objects';
import type { ObjectReference } from '../kubernetes-object';
import { OperationError } from '../operation-error';
import { runOperation } from '../run-operation';
import { checkInterruption, objectsOf, type Session, type SessionOptions } from '../session';
import { columns } from '../terminal';
import { applyPlatform } from './apply-platform';
import { readOrChoose } from './configuration';
import { detect, NEW_CLUSTER } from './detection';
import { downloadCommand, isAddress, placeOf } from './downloads';
import { changedParts, describeInstallation } from './dry-run';
import { gpuProblems } from './gpu-check';
import type { InstallContext } from './install-component';
import { readRecord } from './installation-record';
import { hasKindCluster, KIND_CLUSTER, KIND_CONTEXT } from './kind-cluster';
import { nextCommands } from './next-commands';
import { planComponents, type Plan } from './plan';
import { namesOf } from './object-origin';
import { planPlatform } from './platform-plan';
import { disagreements, type SeedFlags } from './seed-flags';
import type { StepName } from './step-names';
import { runSteps, stepsOf, titleOf } from './steps';

/** What `maas install` is told. */
export interface InstallOptions extends SessionOptions, SeedFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly fromStep?: StepName;
  /** Address or folder from which components are taken. @default - the projects' own places */
  readonly mirror?: string;
  readonly checkGpu?: boolean;
  /** Seconds that a component, a model or the platform may take to become good. @default - 600, models 3600 */
  readonly timeout?: number;
}

/** Seconds that a component may take to become good. */
const COMPONENT_SECONDS = 600;

/** `maas install`. Sets the exit code. */
export async function install(given: InstallOptions): Promise<void> {
  // The cluster that --deploy-kind makes is also the one that it installs on.
  const options = given.deployKind ? { ...given, context: KIND_CONTEXT } : given;
  let chosen: string | undefined;
  await runOperation(
    options,
    (session) => installOn(session, options, chosen),
    1,
    async () => {
      const { props, text } = await readOrChoose(options);
      chosen = text;
      return props;
    },
  );
}

async function installOn(session: Session, options: InstallOptions, chosen: string | undefined): Promise<number> {
  const { terminal, config } = session;
  refuse(disagreements(options, session.settings, config));
  const helm = new Helm(session.kubectl, terminal);
  const createsCluster = options.deployKind === true && !(await hasKindCluster(terminal));
  const where = createsCluster ? `a new kind cluster ${KIND_CLUSTER}` : await whereTo(session, options);
  const plan = await makePlan(session, options, createsCluster);
  const { mirror, fromStep } = options;
  const parts = changedParts({ plan, session, fromStep });
  if (options.dryRun) {
    const { pruned } = createsCluster ? { pruned: [] } : await planPlatform(session, { componentsMissing: true });
    const run = { session, helm, plan, createsCluster, pruned: pruned.map(describeObject) };
    terminal.print(describeInstallation({ ...run, ...(mirror && { mirror }), ...(fromStep && { fromStep }) }));
    return 0;
  }
  if (parts.some(({ kind }) => kind === 'chart')) await helm.check();
  if (mirror !== undefined) {
    refuse(
      parts
        .filter((part) => !isAddress(mirror) && !existsSync(placeOf(part, mirror)))
        .map(
          (part) => `the mirror has no ${placeOf(part, mirror)}; where there is a network: ${downloadCommand(part)}`,
        ),
    );
  }
  await showPlan(session, plan, { where, createsCluster, writes: chosen !== undefined });
  if (!(await confirm(session, 'Install?', { yes: options.yes === true }))) {
    terminal.note('nothing was changed');
    return 1;
  }
  if (chosen !== undefined) writeChosen(session, chosen);
  const context: InstallContext = {
    session,
    helm,
    timeoutSeconds: options.timeout ?? COMPONENT_SECONDS,
    ...(mirror && { mirror }),
  };
  const apply = () =>
    applyPlatform(
      session,
      options.timeout === undefined ? {} : { seconds: options.timeout, modelSeconds: options.timeout },
    );
  await runSteps(session, stepsOf({ context, plan, createsCluster, applyPlatform: apply }), options);
  terminal.note('\ninstalled; next:\n');
  terminal.print(nextCommands(session.settings, session.commands));
  return 0;
}

/** Looks at the cluster and decides. @throws OperationError with everything that keeps it from being done */
async function makePlan(session: Session, options: InstallOptions, createsCluster: boolean): Promise<Plan> {
  const { kubectl, config, props, settings, terminal } = session;
  const facts = createsCluster ? NEW_CLUSTER : await detect(kubectl, settings);
  const recorded = createsCluster ? [] : ((await readRecord(session))?.components ?? []);
  checkInterruption(session, 'nothing was changed');
  const plan = planComponents({ config, props, settings, facts, recorded, platformForced: options.ocp !== undefined });
  const nodes = options.checkGpu && !createsCluster ? await kubectl.list('nodes') : [];
  refuse([...plan.problems, ...(options.checkGpu ? gpuProblems(settings, nodes) : [])]);
  for (const warning of plan.warnings) terminal.warn(warning);
  return plan;
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new OperationError(problems.join('\n'));
}

/** Says on which cluster what would be done. */
async function showPlan(
  session: Session,
  plan: Plan,
  { where, createsCluster, writes }: { where: string; createsCluster: boolean; writes: boolean },
): Promise<void> {
  const { terminal, config, settings } = session;
  const pruned = createsCluster ? [] : await deletions(session);
  const rows = [
    ...plan.components.map((component) => [component.component.name, titleOf(component)]),
    ['platform', `${objectsOf(session).length} objects, namespace ${settings.namespace}`],
  ];
  terminal.note(`on ${where}${writes ? `, with a ${config} that is written` : ''}:`);
  terminal.note(columns(rows.map((row) => ['', ...row])));
  if (pruned.length > 0) {
    // Whoever has taken another platform's file, or another cluster, sees it by this.
    terminal.warn(`deletes what ${config} does not have: ${namesOf(pruned)}`);
  }
  if (settings.registry !== undefined && plan.components.some(({ action }) => action !== 'keep')) {
    terminal.warn(
      `registry: ${settings.registry} is for the images of ${config}; components pull theirs from where their projects ` +
        'publish them, unless the nodes have a mirror for those registries',
    );
  }
}

/** A dry run prints commands as a person would write them, and changes nothing. */
async function whereTo({ kubectl }: Session, { dryRun }: InstallOptions): Promise<string> {
  return dryRun ? '' : keepToCurrentCluster(kubectl);
}

/** What an earlier install has brought and this one deletes; why the platform cannot be planned, its own step says. */
async function deletions(session: Session): Promise<readonly ObjectReference[]> {
  try {
    return (await planPlatform(session, { componentsMissing: true })).pruned;
  } catch (error) {
    if (error instanceof OperationError) return [];
    throw error;
  }
}

function writeChosen({ config, terminal }: Session, text: string): void {
  try {
    writeFileSync(config, text, { flag: 'wx' });
  } catch (error) {
    throw new OperationError(`cannot write ${config}: ${(error as Error).message}`);
  }
  terminal.note(`wrote ${config}, from which every other command reads`);
}
