import type { Cluster } from '../cluster';
import { KINDS } from '../kinds';
import { bad, good, type Finding } from '../row';
import type { Platform } from './check';

/** The issuer of the Gateway's certificate, which somebody else makes, is there. */
export function issuers(cluster: Cluster, { settings, commands }: Platform): Finding[] {
  const { tls, namespace } = settings.gateway;
  if (tls?.issuer === undefined) return [];
  const { kind, name } = tls.issuer;
  const reference = kind === 'Issuer' ? { ...KINDS.issuer, name, namespace } : { ...KINDS.clusterIssuer, name };
  return [
    cluster.find(reference) !== undefined
      ? good(`${kind} ${name}`, 'there')
      : bad(`${kind} ${name}`, 'not there: nobody issues the certificate of the Gateway', {
          text: 'make it, or name another with `gateway.tls.issuer` in the configuration; see which there are',
          commands: [commands.kubectl('get', 'issuers,clusterissuers', '--all-namespaces')],
        }),
  ];
}
