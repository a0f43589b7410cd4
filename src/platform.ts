import { ApiObject, App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { DeletionProtection } from './cluster/deletion-protection';
import { MaasNamespace } from './cluster/namespace';
import { checkConfiguration } from './config/check';
import type { MaasPlatformProps, TokenLimitsConfiguration, UserConfiguration } from './config/configuration';
import { ConfigurationError } from './config/problem';
import { isChecked } from './config/read';
import { resolveSettings, type ModelSettings, type PlatformSettings } from './config/settings';
import { GatewayCertificate } from './gateway/gateway-certificate';
import type { IMaasGateway } from './gateway/gateway-reference';
import { HeaderScrubFilter } from './gateway/header-scrub-filter';
import { MaasGateway } from './gateway/maas-gateway';
import { ModelRoute, type IModelBackend } from './gateway/model-route';
import { OpenShiftRoute } from './gateway/openshift-route';
import { ApiKeyExternalSecret } from './identity/api-key-external-secret';
import { ApiKeySecret } from './identity/api-key-secret';
import { GatewayAuthPolicy } from './identity/gateway-auth-policy';
import { KeycloakDemo } from './identity/keycloak-demo';
import { KuadrantInstance } from './identity/kuadrant-instance';
import { imageName, IMAGES, type ImageReference } from './images';
import { parseGatewayApiDuration } from './limits/gateway-api-duration';
import { RequestLimitPolicy } from './limits/request-limit-policy';
import { TokenLimit } from './limits/token-limit';
import { TokenLimitFilter } from './limits/token-limit-filter';
import { Accelerator } from './models/accelerator';
import { KServeConfiguration } from './models/kserve-configuration';
import { OpenShiftModelAccess } from './models/openshift-model-access';
import { ServedModel } from './models/served-model';
import { SimulatedModel } from './models/simulated-model';
import { VllmRuntime, type IServingRuntime } from './models/vllm-runtime';
import { MaasPrometheus } from './observability/maas-prometheus';
import { authorinoMetrics, limitadorMetrics, MetricsMonitor, modelMetrics } from './observability/metrics-monitor';
import { applyPatches } from './output/apply-patches';
import { MinioStorage } from './storage/minio-storage';

const KEYCLOAK_NAMESPACE = 'keycloak-system';
const MINIO_NAMESPACE = 'minio-system';

/** User id of images that would run as root, where the cluster assigns none. */
const UNPRIVILEGED_USER = 1000;

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

  private readonly app: App;
  private readonly settings: PlatformSettings;
  private readonly charts: Chart[] = [];

  /**
   * @param scope the App
   * @param id id of the construct; `props.name` tells platforms of one App apart
   * @param props the shape of maas.yaml, or what `readConfiguration` returned
   * @throws ConfigurationError with every problem of the props
   */
  constructor(scope: Construct, id: string, props: MaasPlatformProps = {}) {
    super(scope, id);
    if (!(scope instanceof App)) {
      throw new Error('a MaasPlatform lies directly under the App: its charts are files of their own');
    }
    this.app = scope;
    const problems = isChecked(props) ? [] : checkConfiguration(props);
    if (problems.length > 0) {
      throw new ConfigurationError(problems);
    }
    this.settings = resolveSettings(props);

    this.addNamespaces();
    this.gateway = this.gatewayReference();
    this.addKServe();
    this.addKuadrant();
    this.addKeycloak();
    this.addGateway();
    this.addIdentity();
    this.addLimits();
    this.addStorage();
    this.models = this.addModels();
    this.addRoutes();
    this.addObservability();
    this.addObjects();
    this.addProtection();
    applyPatches(props, this.charts);
  }

  private addNamespaces(): void {
    const { settings } = this;
    if (!settings.createNamespaces) {
      return;
    }
    const chart = this.addChart('00-namespaces');
    new MaasNamespace(chart, 'models', {
      name: settings.namespace,
      podSecurity: settings.models.some(needsDownloadContainer) ? 'baseline' : 'restricted',
    });
    const others = [
      ...(settings.prometheus ? [settings.observabilityNamespace] : []),
      ...(settings.keycloak ? [KEYCLOAK_NAMESPACE] : []),
      ...(settings.minio ? [MINIO_NAMESPACE] : []),
    ];
    for (const name of others) {
      new MaasNamespace(chart, name, { name });
    }
  }

  private gatewayReference(): IMaasGateway {
    const { name, namespace, className } = this.settings.gateway;
    return MaasGateway.fromName(name, namespace, className);
  }

  private addKServe(): void {
    const { kserve, domain, versions } = this.settings;
    if (kserve.configure) {
      new KServeConfiguration(this.addChart('10-kserve'), 'configuration', {
        gateway: this.gateway,
        domain,
        kserveVersion: versions.kserve,
        namespace: kserve.namespace,
      });
    }
  }

  private addKuadrant(): void {
    if (this.settings.kuadrant.create) {
      new KuadrantInstance(this.addChart('20-kuadrant'), 'kuadrant', { namespace: this.settings.kuadrant.namespace });
    }
  }

  private addKeycloak(): void {
    const { keycloak, oidc, tiers, users, platform } = this.settings;
    if (keycloak && oidc !== undefined) {
      new KeycloakDemo(this.addChart('25-keycloak'), 'keycloak', {
        namespace: KEYCLOAK_NAMESPACE,
        tiers: tiers.map((tier) => tier.name),
        users: users.map(({ name, tier }) => ({ name, tier })),
        groups: oidc.groups,
        groupsClaim: oidc.groupsClaim,
        audience: oidc.audience,
        platform,
        image: this.image(IMAGES.keycloak),
      });
    }
  }

  private addGateway(): void {
    const { gateway, domain, namespace, filterNamespace } = this.settings;
    const chart = this.addChart('30-gateway');
    if (gateway.create) {
      new MaasGateway(chart, 'gateway', {
        ...gateway,
        domain,
        tlsSecretName: gateway.tls?.secretName,
        routeNamespaces: gateway.namespace === namespace ? undefined : [namespace],
      });
    }
    if (gateway.tls?.issuer !== undefined) {
      new GatewayCertificate(chart, 'certificate', {
        namespace: gateway.namespace,
        domain,
        secretName: gateway.tls.secretName,
        issuerName: gateway.tls.issuer.name,
        issuerKind: gateway.tls.issuer.kind,
      });
    }
    new HeaderScrubFilter(chart, 'header-scrub', { gateway: this.gateway, namespace: filterNamespace });
  }

  private addIdentity(): void {
    const { settings } = this;
    const chart = this.addChart('40-identity');
    for (const user of settings.users) {
      this.addKeys(chart, user);
    }
    const hosts = new Map(settings.models.map((model) => [model.name, model.host]));
    new GatewayAuthPolicy(chart, 'auth-policy', {
      gateway: this.gateway,
      tiers: settings.tiers.map(({ name, models }) => ({
        name,
        hosts: models?.flatMap((model) => hosts.get(model) ?? []),
      })),
      apiKeys: settings.apiKeys && { namespace: settings.namespace, prefixes: settings.apiKeys.prefixes },
      oidc: settings.oidc,
    });
  }

  private addKeys(chart: Chart, { name: user, tier, keys = [] }: UserConfiguration): void {
    const { namespace } = this.settings;
    keys.forEach(({ demo, externalSecret }, index) => {
      const name = index === 0 ? `${user}-apikey` : `${user}-apikey-${index + 1}`;
      if (demo !== undefined) {
        new ApiKeySecret(chart, name, { namespace, user, tier, name, demoKey: demo });
      }
      if (externalSecret !== undefined) {
        new ApiKeyExternalSecret(chart, name, {
          namespace,
          user,
          tier,
          name,
          storeName: externalSecret.store,
          storeKind: externalSecret.storeKind,
          remoteKey: externalSecret.key,
          remoteProperty: externalSecret.property,
        });
      }
    });
  }

  private addLimits(): void {
    const { tiers, models, filterNamespace } = this.settings;
    const tokens = tiers.some((tier) => tier.tokens !== undefined);
    const requests = tiers.flatMap(({ name, requests }) =>
      requests === undefined
        ? []
        : [{ tier: name, limit: requests.limit, window: parseGatewayApiDuration(requests.window) }],
    );
    if (tokens || requests.length > 0) {
      const chart = this.addChart('50-limits');
      if (tokens) {
        new TokenLimitFilter(chart, 'token-limit', {
          gateway: this.gateway,
          tiers: tiers.map(({ name, tokens, enforce }) => ({ tier: name, limits: tokenLimits(tokens), enforce })),
          weights: Object.fromEntries(
            models.filter(({ weight }) => weight !== 1).map(({ host, weight }) => [host, weight]),
          ),
          namespace: filterNamespace,
        });
      }
      if (requests.length > 0) {
        new RequestLimitPolicy(chart, 'request-limit', { gateway: this.gateway, limits: requests });
      }
    }
  }

  private addStorage(): void {
    const { minio, namespace, platform } = this.settings;
    if (minio !== undefined) {
      new MinioStorage(this.addChart('55-storage'), 'minio', {
        namespace: MINIO_NAMESPACE,
        modelNamespace: namespace,
        size: minio.size,
        existingSecretName: minio.existingSecret,
        platform,
        image: this.image(IMAGES.minio),
        clientImage: this.image(IMAGES.minioClient),
      });
    }
  }

  private addModels(): { readonly [name: string]: IModelBackend } {
    const { settings } = this;
    if (settings.models.length === 0) {
      return {};
    }
    const chart = this.addChart('60-models');
    const access =
      settings.platform === 'openshift'
        ? new OpenShiftModelAccess(chart, 'openshift-access', {
            namespace: settings.namespace,
            securityContextConstraintsName: this.clusterScopedName('kserve-scc'),
          })
        : undefined;
    const runtime = settings.models.some((model) => model.runtime === 'vllm')
      ? new VllmRuntime(chart, 'vllm-runtime', {
          namespace: settings.namespace,
          image: this.image(IMAGES.vllm),
        })
      : undefined;
    return Object.fromEntries(
      settings.models.map((model) => [model.name, this.addModel(chart, model, runtime, access?.serviceAccountName)]),
    );
  }

  private addModel(
    chart: Chart,
    model: ModelSettings,
    runtime: IServingRuntime | undefined,
    serviceAccountName: string | undefined,
  ): IModelBackend {
    const shared = {
      ...model,
      name: model.inferenceService,
      namespace: this.settings.namespace,
      kserveVersion: this.settings.versions.kserve,
      serviceAccountName,
    };
    if (runtime === undefined || model.runtime === 'simulator') {
      return new SimulatedModel(chart, model.name, { ...shared, image: this.image(IMAGES.simulator) });
    }
    return new ServedModel(chart, model.name, {
      ...shared,
      runtime,
      // The checks have made sure that a vllm model has both.
      source: model.source ?? '',
      accelerator: Accelerator.fromName(model.accelerator ?? ''),
      runAsUser: serviceAccountName === undefined ? UNPRIVILEGED_USER : undefined,
    });
  }

  private addRoutes(): void {
    const { models, platform, gateway } = this.settings;
    if (models.length === 0) {
      return;
    }
    const chart = this.addChart('70-routes');
    for (const { name, host } of models) {
      const backend = this.models[name];
      if (backend !== undefined) {
        new ModelRoute(chart, name, { name: `${name}-domain-route`, gateway: this.gateway, host, backend });
      }
      if (platform === 'openshift') {
        new OpenShiftRoute(chart, `${name}-openshift`, {
          name: `${name}-route`,
          host,
          gateway: this.gateway,
          passthrough: gateway.tls !== undefined,
        });
      }
    }
  }

  private addObservability(): void {
    const { prometheus, observabilityNamespace, namespace, kuadrant, models, platform } = this.settings;
    if (!prometheus) {
      return;
    }
    const chart = this.addChart('80-observability');
    new MaasPrometheus(chart, 'prometheus', {
      namespace: observabilityNamespace,
      scrapedNamespaces: [namespace, kuadrant.namespace],
      platform,
      image: this.image(IMAGES.prometheus),
    });
    const sources = [
      authorinoMetrics(kuadrant.namespace),
      limitadorMetrics(kuadrant.namespace),
      ...models.map((model) => modelMetrics({ ...model, namespace })),
    ];
    for (const source of sources) {
      new MetricsMonitor(chart, source.name, { ...source, namespace: observabilityNamespace });
    }
  }

  private addObjects(): void {
    const { objects } = this.settings;
    if (objects.length > 0) {
      const chart = this.addChart('85-objects');
      objects.forEach((manifest, index) => new ApiObject(chart, `object-${index}`, manifest));
    }
  }

  private addProtection(): void {
    const { createNamespaces, kserve, namespace } = this.settings;
    if (createNamespaces || kserve.configure) {
      new DeletionProtection(this.addChart('90-protection'), 'deletion-protection', {
        name: this.clusterScopedName(`${namespace}-deletion-protection`),
      });
    }
  }

  private addChart(id: string): Chart {
    const chartId = this.clusterScopedName(id);
    if (this.app.node.tryFindChild(chartId) !== undefined) {
      throw new Error(`two platforms of one App write the same file ${chartId}.k8s.yaml: give each its own "name"`);
    }
    const chart = new Chart(this.app, chartId, { disableResourceNameHashes: true });
    this.charts.push(chart);
    return chart;
  }

  /** File names and cluster-scoped names share one space with the other platforms. */
  private clusterScopedName(name: string): string {
    return this.settings.name === undefined ? name : `${this.settings.name}-${name}`;
  }

  private image(image: ImageReference): string {
    return imageName(image, this.settings.registry);
  }
}

/** Whether KServe adds its download container, which has no securityContext, to the model's pods. */
function needsDownloadContainer({ source }: ModelSettings): boolean {
  return source !== undefined && !source.startsWith('hf://') && !source.startsWith('pvc://');
}

function tokenLimits(tokens: TokenLimitsConfiguration = {}): TokenLimit[] {
  const { minute, hour, day, month } = tokens;
  return [
    ...(minute === undefined ? [] : [TokenLimit.perMinute(minute)]),
    ...(hour === undefined ? [] : [TokenLimit.perHour(hour)]),
    ...(day === undefined ? [] : [TokenLimit.perDay(day)]),
    ...(month === undefined ? [] : [TokenLimit.perMonth(month)]),
  ];
}
