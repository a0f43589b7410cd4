import type { CommandsToCopy } from '../commands-to-copy';
import { Interrupted, OperationError } from '../operation-error';
import { checkInterruption, type Session } from '../session';
import { createKindCluster } from './kind-cluster';
import { installComponent, waitForComponent, type InstallContext } from './install-component';
import type { ComponentPlan, Plan } from './plan';
import { STEP_NAMES, type ComponentName, type StepName } from './step-names';

/** Something that is done, or is good already; doing it once more does no harm. */
export interface Step {
  readonly name: StepName;
  readonly run: () => Promise<void>;
}

/** What the steps are made from. */
export interface StepsInput {
  readonly context: InstallContext;
  readonly plan: Plan;
  /** Whether a kind cluster is still to be made. */
  readonly createsCluster: boolean;
  /** Applies the objects of dist/ and waits for them. */
  readonly applyPlatform: () => Promise<void>;
}

/** The steps that a platform needs. */
export function stepsOf({ context, plan, createsCluster, applyPlatform }: StepsInput): Step[] {
  const { terminal } = context.session;
  const create = () => terminal.progress('kind cluster llm-maas', () => createKindCluster(terminal));
  return [
    ...(createsCluster ? [{ name: 'cluster' as const, run: create }] : []),
    ...plan.components.map((component) => ({
      name: component.component.name,
      run: () => terminal.progress(titleOf(component), (say) => runComponent(context, component, say)),
    })),
    { name: 'platform', run: applyPlatform },
  ];
}

function runComponent(context: InstallContext, plan: ComponentPlan, say: (words: string) => void): Promise<void> {
  return plan.action === 'keep' ? waitForComponent(context, plan, say) : installComponent(context, plan, say);
}

/** `Istio 1.31.4`, `Istio 1.31.4: upgrade from 1.30.1`, `Istio: already there: 1.31.4`. */
export function titleOf({ component: { title }, action, version, words }: ComponentPlan): string {
  if (action === 'keep') return `${title}: ${words}`;
  return action === 'install' ? `${title} ${version}` : `${title} ${version}: ${words}`;
}

/**
 * Runs steps one after the other.
 *
 * @param fromStep what comes before it is not looked at @default - the first
 * @throws OperationError, Interrupted that say how to go on
 */
export async function runSteps(
  session: Session,
  steps: readonly Step[],
  { fromStep = 'cluster', mirror }: { readonly fromStep?: StepName; readonly mirror?: string },
): Promise<void> {
  const from = STEP_NAMES.indexOf(fromStep);
  for (const { name, run } of steps.filter((step) => STEP_NAMES.indexOf(step.name) >= from)) {
    const resume = `go on with: ${resumeCommand(session.commands, name, mirror)}`;
    try {
      checkInterruption(session);
      await run();
    } catch (error) {
      if (error instanceof Interrupted) throw new Interrupted(`interrupted at step ${name}; ${resume}`);
      if (error instanceof OperationError) {
        throw new OperationError(`step ${name}: ${error.message}\n\nwhat is done stays; ${resume}`);
      }
      throw error;
    }
  }
}

/** The command that goes on at a step. */
export function resumeCommand(commands: CommandsToCopy, step: StepName, mirror?: string): string {
  return commands.maas('install', '--from-step', step, ...(mirror === undefined ? [] : ['--mirror', mirror]));
}

/** Whether a component's step is run. */
export function isRun(name: ComponentName, fromStep: StepName | undefined): boolean {
  return STEP_NAMES.indexOf(name) >= STEP_NAMES.indexOf(fromStep ?? 'cluster');
}
