import { App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { checkConfiguration } from '../config/check';
import type { MaasPlatformProps } from '../config/configuration';
import { ConfigurationError } from '../config/problem';
import { isChecked } from '../config/read';
import { resolveSettings, type PlatformSettings } from '../config/settings';
import type { IMaasGateway } from '../gateway/gateway-reference';
import { MaasGateway } from '../gateway/maas-gateway';
import type { IModelBackend } from '../gateway/model-route';
import { applyPatches } from '../output/apply-patches';
import { checkObjects, duplicateObjects } from '../output/check-objects';
import { SynthesisError } from '../output/output';
import { PLATFORM_FILES, type PlatformFile } from '../output/file-names';
import { addKeycloak, addNamespaces, addObjects, addProtection, addStorage } from './cluster';
import { addConformance } from './conformance';
import { prefixedName, type PlatformContext } from './context';
import { addGateway, addRoutes } from './gateway';
import { addIdentity, addKuadrant } from './identity';
import { addLimits, limitsRequests, limitsTokens } from './limits';
import { addKServe, addModels } from './models';
import { addObservability, hasObservability } from './observability';

/** A file of dist/: whether a platform has it, and what puts the objects into it. */
interface FileContents {
  readonly needed: (settings: PlatformSettings) => boolean;
  readonly add: (chart: Chart, context: PlatformContext) => void;
}

const always = () => true;
const hasModels = ({ models }: PlatformSettings) => models.length > 0;

const CONTENTS: { readonly [File in PlatformFile]: FileContents } = {
  '00-namespaces': { needed: ({ createNamespaces }) => createNamespaces, add: addNamespaces },
  '10-kserve': { needed: ({ kserve }) => kserve.configure, add: addKServe },
  '20-kuadrant': { needed: ({ kuadrant }) => kuadrant.create, add: addKuadrant },
  '25-keycloak': { needed: ({ keycloak }) => keycloak, add: addKeycloak },
  '30-gateway': { needed: always, add: addGateway },
  '40-identity': { needed: always, add: addIdentity },
  '50-limits': { needed: (settings) => limitsTokens(settings) || limitsRequests(settings), add: addLimits },
  '55-storage': { needed: ({ minio }) => minio !== undefined, add: addStorage },
  '60-models': { needed: hasModels, add: addModels },
  '70-routes': { needed: hasModels, add: addRoutes },
  '80-observability': { needed: hasObservability, add: addObservability },
  '85-objects': { needed: ({ objects }) => objects.length > 0, add: addObjects },
  '88-conformance': { needed: ({ conformance }) => conformance !== undefined, add: addConformance },
  '90-protection': { needed: always, add: addProtection },
};

/**
 * A complete Models-as-a-Service platform: the only construct that creates Charts.
 *
 * Its charts lie directly under the App, because a chart inside a chart gets a hash in its file name; their numbers are
 * the order in which `kubectl apply -f dist/` takes the files. ARCHITECTURE.md lists what is in them.
 */
export class MaasPlatform extends Construct {
  /** The Gateway in front of all models. */
  public readonly gateway: IMaasGateway;

  /** The models by name: a Service each, for routes of your own. */
  public readonly models: { readonly [name: string]: IModelBackend };

  /**
   * @param scope the App
   * @param id id of the construct; `props.name` tells platforms of one App apart
   * @param props the shape of maas.yaml, or what `readConfiguration` returned
   * @throws ConfigurationError with every problem of the props
   */
  constructor(scope: Construct, id: string, props: MaasPlatformProps = {}) {
    super(scope, id);
    if (!(scope instanceof App)) {
      throw new SynthesisError('a MaasPlatform lies directly under the App: its charts are files of their own');
    }
    // What was read from a file has been checked with its positions.
    const problems = isChecked(props) ? [] : checkConfiguration(props);
    if (problems.length > 0) {
      throw new ConfigurationError(problems);
    }
    const settings = resolveSettings(props);
    const { name, namespace, className } = settings.gateway;
    const context = { settings, gateway: MaasGateway.fromName(name, namespace, className), models: new Map() };

    const charts = PLATFORM_FILES.filter((file) => CONTENTS[file].needed(settings)).map((file) => {
      const chart = addChart(scope, prefixedName(settings, file));
      CONTENTS[file].add(chart, context);
      return chart;
    });
    checkObjects(props, charts);
    applyPatches(props, charts);
    this.node.addValidation({
      validate: () => [
        ...(isFirstPlatform(this, scope) ? duplicateObjects(chartsOf(scope)) : []),
        ...(settings.gateway.filterPlacement === 'rootNamespace' ? this.sharedFilters(scope) : []),
      ],
    });

    this.gateway = context.gateway;
    this.models = Object.fromEntries(context.models);
  }

  /** In Istio's root namespace EnvoyFilters select gateway pods by the Gateway's name alone. */
  private sharedFilters(app: App): string[] {
    const { gatewayName, gatewayNamespace } = this.gateway;
    return platformsOf(app)
      .filter(({ gateway }) => gateway.gatewayName === gatewayName && gateway.gatewayNamespace !== gatewayNamespace)
      .map(
        ({ gateway }) =>
          `the EnvoyFilters of Gateway ${gatewayNamespace}/${gatewayName} in Istio's root namespace would also take ` +
          `${gateway.gatewayNamespace}/${gatewayName}, expected another name: set gateway.name, or leave out filterPlacement`,
      );
  }
}

/** One platform of an App speaks for all charts in it. */
function isFirstPlatform(platform: MaasPlatform, app: App): boolean {
  return platformsOf(app)[0] === platform;
}

function platformsOf(app: App): MaasPlatform[] {
  return app.node.children.filter((child) => child instanceof MaasPlatform);
}

function chartsOf(app: App): Chart[] {
  return app.node.children.filter((child) => Chart.isChart(child));
}

function addChart(app: App, id: string): Chart {
  if (app.node.tryFindChild(id) !== undefined) {
    throw new SynthesisError(`two platforms of one App write the same file ${id}.k8s.yaml: give each its own "name"`);
  }
  return new Chart(app, id, { disableResourceNameHashes: true });
}
