import { EXTERNAL_KEY } from '../../../config/defaults';
import type { Cluster } from '../cluster';
import { KINDS } from '../kinds';
import { bad, good, type Finding } from '../row';
import type { Platform } from './check';

/** The keys of external providers, which somebody else makes, are there. */
export function providerKeys(cluster: Cluster, { settings, commands }: Platform): Finding[] {
  const { namespace } = settings.gateway;
  const names = new Set(settings.models.flatMap(({ external }) => external?.keySecret ?? []));
  return [...names].map((name) => {
    const title = `Secret ${namespace}/${name}`;
    const secret = cluster.find({ ...KINDS.secret, name, namespace });
    const data = (secret?.data ?? {}) as Readonly<Record<string, string>>;
    const value = Buffer.from(data[EXTERNAL_KEY] ?? '', 'base64').toString();
    if (/^[!-~]+$/.test(value)) {
      return good(title, 'has a key of a provider');
    }
    const flaw =
      secret === undefined
        ? 'not there'
        : value === ''
          ? `has nothing at ${EXTERNAL_KEY}`
          : `its ${EXTERNAL_KEY} has a blank or a line break in it: no request can carry that`;
    const make = commands.kubectl('create', 'secret', 'generic', name, `--namespace=${namespace}`);
    return bad(title, `${flaw}: models of this provider answer 503`, {
      text: `make it of a file \`${EXTERNAL_KEY}\` that holds the key and no line break`,
      commands: [
        ...(secret === undefined ? [] : [commands.kubectl('delete', 'secret', name, `--namespace=${namespace}`)]),
        `${make} --from-file=${EXTERNAL_KEY}`,
      ],
    });
  });
}
