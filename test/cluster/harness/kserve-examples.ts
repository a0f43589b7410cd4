import { list } from './api';
import { finishRollouts } from './deployment-controller';
import { startKServe } from './kserve';
import { renderedFor, type KServeManager } from './kserve-managers';
import { listOf, type Manifest, manifestsOf, nameOf, platformFolders } from './manifests';
import { othersNamespaces } from './others';
import { createPrerequisiteNamespaces } from './prerequisites';
import { beginCounting } from './stand-in';
import { kubectl } from './suite';
import { until } from './until';

/** What concerns KServe of a folder of synthesized YAML, in namespaces of its own. */
export interface KServeExample {
  readonly name: string;
  /** Namespaces with models. */
  readonly namespaces: readonly Manifest[];
  /** Classes of the whole cluster that its models name. */
  readonly priorityClasses: readonly Manifest[];
  readonly objects: readonly Manifest[];
}

const inferenceServices = '/apis/serving.kserve.io/v1beta1/inferenceservices';

/** Kinds about models and their pods whose controllers are KServe and the API server itself. */
const kinds = [
  'InferenceService',
  'ServingRuntime',
  'ServiceAccount',
  'ResourceQuota',
  'PodDisruptionBudget',
  'ScaledObject',
];

/** @returns dist/ and every example, each in other namespaces: `tls-llm` in place of `llm`. */
export function kserveExamples(): KServeExample[] {
  return platformFolders().map((folder) => {
    const all = manifestsOf(folder);
    const prefix = folder.name.split('/').filter((part) => part !== 'examples' && part !== 'dist');
    const moved = (name: string) => [...prefix, name].join('-');
    const models = new Set(all.filter(({ kind }) => kind === 'InferenceService').map(namespaceOf));
    const isOfModels = (name: string) => models.has(name);
    // Whoever owns a namespace may enforce the level that we render for our own.
    const others = othersNamespaces(folder).map((name) => restrictedNamespace(name));
    return {
      name: folder.name,
      namespaces: [...all.filter(({ kind }) => kind === 'Namespace'), ...others]
        .filter(({ metadata }) => isOfModels(metadata.name))
        .map(({ metadata, ...namespace }) => ({
          ...namespace,
          metadata: { ...metadata, name: moved(metadata.name) },
        })) as Manifest[],
      priorityClasses: all.filter(({ kind }) => kind === 'PriorityClass'),
      objects: all
        .filter((object) => kinds.includes(object.kind) && isOfModels(namespaceOf(object)))
        .map(({ metadata, ...object }) => ({
          ...object,
          metadata: { ...metadata, namespace: moved(metadata.namespace!) },
        })) as Manifest[],
    };
  });
}

function namespaceOf({ metadata }: Manifest): string {
  return metadata.namespace ?? '';
}

function restrictedNamespace(name: string): Manifest {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** One of KServe's managers with objects that it has reconciled. */
export class ReconciledExamples {
  private constructor(private readonly stopManager: () => Promise<void>) {}

  /** Starts a manager, gives it all examples at once, and waits until every InferenceService is Ready. */
  static async start(manager: KServeManager, examples: readonly KServeExample[]): Promise<ReconciledExamples> {
    await createPrerequisiteNamespaces(kubectl, 'kubernetes');
    const configuration = manifestsOf(platformFolders()[0]!).filter(({ metadata }) => metadata.namespace === 'kserve');
    const namespaces = examples.flatMap((example) => example.namespaces);
    const first = [...configuration, ...namespaces, ...examples.flatMap((example) => example.priorityClasses)];
    // KServe reads its configuration at start.
    await kubectl(['apply', '-f', '-'], { stdin: listOf(renderedFor(manager, first)) });
    const { stop } = await startKServe(manager.tool);
    const objects = renderedFor(
      manager,
      examples.flatMap((example) => example.objects),
    );
    const reconciled = new ReconciledExamples(stop);
    try {
      await applyStrictly(objects);
      for (const quota of await list('/api/v1/resourcequotas')) await beginCounting(quota);
      await untilReady(namespaces.map(({ metadata }) => metadata.name));
    } catch (error) {
      await reconciled.stop();
      throw error;
    }
    return reconciled;
  }

  async stop(): Promise<void> {
    await this.stopManager();
  }
}

async function applyStrictly(objects: readonly Manifest[]): Promise<void> {
  if (objects.length === 0) return;
  const { stderr } = await kubectl(['apply', '--validate=strict', '-f', '-'], { stdin: listOf(objects) });
  if (stderr !== '') throw new Error(stderr);
}

async function untilReady(namespaces: readonly string[]): Promise<void> {
  let waiting: string[] = [];
  await until('every InferenceService is Ready', 90, async () => {
    await finishRollouts(...namespaces);
    const services = await list(inferenceServices);
    waiting = services
      .filter(({ status }) => !status?.conditions?.some(isReady))
      .map((service) => `${nameOf(service)} ${JSON.stringify(service.status?.conditions)}`);
    return waiting.length === 0;
  }).catch(({ message }: Error) => {
    throw new Error([message, ...waiting].join('\n'));
  });
}

function isReady({ type, status }: { readonly type: string; readonly status: string }): boolean {
  return type === 'Ready' && status === 'True';
}
