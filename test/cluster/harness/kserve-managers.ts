/** One of KServe's managers that the platform is for, and what is its own of what it does with our objects. */
export interface KServeManager {
  readonly version: string;
  /** Name of the program in the tool table. */
  readonly tool: string;
  /** What it calls plain Deployments. */
  readonly deploymentMode: string;
  /** Whether it tells a container its InferenceService (`INFERENCE_SERVICE_NAME`). */
  readonly namesServiceInEnvironment: boolean;
  /** Whether it writes the format of a model into an annotation of the InferenceService (`modelFormat`). */
  readonly annotatesFormat: boolean;
  /** Whether an InferenceService says of itself that it is not stopped (condition `Stopped`). */
  readonly saysStopped: boolean;
}

/** All in which the managers differ for us; `kserve-examples.test.ts` fails for any other difference. */
export const KSERVE_MANAGERS: readonly KServeManager[] = [
  {
    version: '0.20.0',
    tool: 'kserve-manager-0.20',
    deploymentMode: 'Standard',
    namesServiceInEnvironment: true,
    annotatesFormat: true,
    saysStopped: true,
  },
  {
    version: '0.15.2',
    tool: 'kserve-manager-0.15',
    deploymentMode: 'RawDeployment',
    namesServiceInEnvironment: false,
    annotatesFormat: false,
    saysStopped: false,
  },
];

/** @returns objects that are rendered for KServe 0.20 as they are rendered for a manager: they differ in one word. */
export function renderedFor<T>(manager: KServeManager, manifests: readonly T[]): T[] {
  const text = JSON.stringify(manifests).replaceAll(/(\\?")Standard\1/g, `$1${manager.deploymentMode}$1`);
  return JSON.parse(text) as T[];
}
