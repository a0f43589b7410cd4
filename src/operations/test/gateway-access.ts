import { MaasGateway, LISTENER_PORTS } from '../../gateway/maas-gateway';
import { checkedUrl, readCertificates } from '../address';
import { forwardPort } from '../port-forward';
import type { Session } from '../session';
import type { Address } from '../connection';

/** How the gateway is reached, as the command line says. */
export interface AccessOptions {
  /** @default - OpenShift's Routes, or a port that kubectl forwards */
  readonly url?: string;
  /** File with certificates, PEM, that are trusted beside the usual ones. */
  readonly caFile?: string;
  /** Whether any certificate is taken. */
  readonly insecure?: boolean;
}

/** A way to the gateway, as long as it is open. */
export interface GatewayAccess {
  readonly address: Address;
  /** The way, in words. */
  readonly words: string;
  /** Whether all requests come to one gateway pod, however many there are. */
  readonly isOnePod: boolean;
  close(): Promise<void>;
}

/**
 * Opens a way to the gateway: the URL that was given, on OpenShift the Routes, else a port that kubectl forwards to the
 * Gateway's Service.
 *
 * @throws OperationError when the URL or the file is not right, or kubectl cannot forward
 */
export async function openGateway(session: Session, options: AccessOptions): Promise<GatewayAccess> {
  const { platform, gateway } = session.settings;
  const tls = {
    insecure: options.insecure,
    trusted: options.caFile === undefined ? undefined : readCertificates(options.caFile),
  };
  const isOnePod = gateway.replicas === 1;
  const close = async () => undefined;
  if (options.url !== undefined) {
    return { address: { ...tls, url: checkedUrl(options.url) }, words: options.url, isOnePod, close };
  }
  if (platform === 'openshift') {
    return { address: tls, words: 'the Routes of OpenShift', isOnePod, close };
  }
  const { gatewayServiceName: service } = MaasGateway.fromName(gateway.name, gateway.namespace, gateway.className);
  const scheme = gateway.tls === undefined ? 'http' : 'https';
  const forward = await forwardPort(session, { namespace: gateway.namespace, service, port: LISTENER_PORTS[scheme] });
  const url = `${scheme}://127.0.0.1:${forward.port}`;
  const words = `${url} (kubectl port-forward to Service ${gateway.namespace}/${service})`;
  return { address: { ...tls, url }, words, isOnePod: true, close: () => forward.stop() };
}
