import type { Chart } from 'cdk8s';
import { GatewayCertificate } from '../gateway/gateway-certificate';
import { HeaderScrubFilter } from '../gateway/header-scrub-filter';
import { IdentityRequiredFilter } from '../gateway/identity-required-filter';
import { MaasGateway } from '../gateway/maas-gateway';
import { ModelRoute } from '../gateway/model-route';
import { OpenShiftRoute } from '../gateway/openshift-route';
import { filterPlacement, type PlatformContext } from './context';

export function addGateway(chart: Chart, context: PlatformContext): void {
  const { gateway, domain, namespace } = context.settings;
  if (gateway.create) {
    new MaasGateway(chart, 'gateway', {
      ...gateway,
      domain,
      userLabel: context.settings.observability.userLabel,
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
  new HeaderScrubFilter(chart, 'header-scrub', {
    gateway: context.gateway,
    ...filterPlacement(context, 'identity-header-scrub-filter'),
  });
  new IdentityRequiredFilter(chart, 'identity-required', {
    gateway: context.gateway,
    ...filterPlacement(context, 'identity-required-filter'),
  });
}

export function addRoutes(chart: Chart, { settings, gateway, models }: PlatformContext): void {
  for (const { name, host } of settings.models) {
    const backend = models.get(name);
    if (backend !== undefined) {
      new ModelRoute(chart, `route-${name}`, { name: `${name}-domain-route`, gateway, host, backend });
    }
    if (settings.platform === 'openshift') {
      new OpenShiftRoute(chart, `openshift-route-${name}`, {
        name: `${name}-route`,
        host,
        gateway,
        passthrough: settings.gateway.tls !== undefined,
      });
    }
  }
}
