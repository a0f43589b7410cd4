import { Construct } from 'constructs';
import { DEFAULT_NAMESPACES } from '../config/defaults';
import type { IMaasGateway } from '../gateway/gateway-reference';
import { addCoreObject } from '../core-object';
import { objectMetadata } from '../labels';
import { deploymentMode } from './deployment-mode';

/** Props of `KServeConfiguration`. */
export interface KServeConfigurationProps {
  /** Gateway that KServe would use if it made routes. */
  readonly gateway: IMaasGateway;

  /** DNS domain of the platform. */
  readonly domain: string;

  /**
   * Version of KServe.
   * @default 0.20.0
   */
  readonly kserveVersion?: string;

  /**
   * Whether models are kept on the disks of nodes (`ModelNodeCache`).
   * @default false
   */
  readonly localModels?: boolean;

  /**
   * Namespace of the KServe controller.
   * @default kserve
   */
  readonly namespace?: string;
}

/**
 * What KServe has to know (core/v1 ConfigMap `inferenceservice-config`): plain Deployments instead of Knative, and no
 * routes of its own, which would be two ways around ours.
 *
 * The ConfigMap belongs to KServe's release. Only the keys `deploy` and `ingress` are ours, with local models also
 * `localModel`; the object is marked so that nothing deletes it with the platform. KServe reads it at start: restart its controller after a change.
 *
 * @see https://kserve.github.io/website/docs/admin-guide/configurations
 */
export class KServeConfiguration extends Construct {
  constructor(scope: Construct, id: string, props: KServeConfigurationProps) {
    super(scope, id);
    const { gatewayNamespace, gatewayName } = props.gateway;
    addCoreObject(this, 'Resource', 'ConfigMap', {
      metadata: objectMetadata('inferenceservice-config', {
        namespace: props.namespace ?? DEFAULT_NAMESPACES.kserve,
        keep: true,
      }),
      data: {
        deploy: json({ defaultDeploymentMode: deploymentMode(props.kserveVersion) }),
        // One JSON text, so the keys that KServe's release sets beside ours stand here too.
        ingress: json({
          enableGatewayApi: true,
          kserveIngressGateway: `${gatewayNamespace}/${gatewayName}`,
          ingressGateway: `${DEFAULT_NAMESPACES.istio}/istio-ingressgateway`,
          ingressDomain: props.domain,
          ingressClassName: 'istio',
          domainTemplate: '{{ .Name }}-{{ .Namespace }}.{{ .IngressDomain }}',
          urlScheme: 'http',
          disableIstioVirtualHost: false,
          disableIngressCreation: true,
        }),
        ...(props.localModels && {
          localModel: json({ enabled: true, jobNamespace: 'kserve-localmodel-jobs', fsGroup: 1000 }),
        }),
      },
    });
  }
}

function json(value: object): string {
  return JSON.stringify(value, undefined, 2);
}
