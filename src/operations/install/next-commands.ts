import { secretNameOfKey } from '../../identity/api-key-secret-name';
import type { PlatformSettings } from '../../config/settings';
import type { SessionOptions } from '../session';
import { modelUrl } from '../../platform/context';
import { shellArgument } from '../shell';

/** What a person does next with a platform that has just been installed, to be copied. */
export function nextCommands(
  settings: PlatformSettings,
  options: Pick<SessionOptions, 'config' | 'context' | 'kubeconfig'>,
): string {
  const cluster = clusterFlags(options);
  const maas = [...(options.config === 'maas.yaml' ? [] : [`--config ${shellArgument(options.config)}`]), ...cluster];
  const flags = maas.map((flag) => ` ${flag}`).join('');
  return [
    ...reach(settings, cluster),
    ...askModel(settings, cluster),
    '',
    '# check every object, then test the running platform',
    `maas verify${flags}`,
    `maas test${flags}`,
  ].join('\n');
}

/** The flags that name the cluster again. */
export function clusterFlags({ context, kubeconfig }: Pick<SessionOptions, 'context' | 'kubeconfig'>): string[] {
  return [
    ...(context === undefined ? [] : [`--context ${shellArgument(context)}`]),
    ...(kubeconfig === undefined ? [] : [`--kubeconfig ${shellArgument(kubeconfig)}`]),
  ];
}

/** Port on this machine, as in the seed. */
const LOCAL_PORT = 8000;

function reach({ platform, gateway }: PlatformSettings, cluster: readonly string[]): string[] {
  const where = [...cluster, `--namespace ${gateway.namespace}`].join(' ');
  if (platform === 'openshift' || !gateway.create) return [];
  if (gateway.serviceType === 'ClusterIP') {
    const service = `service/${gateway.name}-${gateway.className}`;
    return [
      '# in another terminal',
      `kubectl port-forward ${where} ${service} ${LOCAL_PORT}:${gateway.tls === undefined ? 80 : 443}`,
      '',
    ];
  }
  const address = `kubectl get gateway ${gateway.name} ${where} --output jsonpath='{.status.addresses[0].value}'`;
  return ['# the address to which DNS has to lead', address, ''];
}

function askModel(settings: PlatformSettings, cluster: readonly string[]): string[] {
  const { models, gateway, platform, apiKeys } = settings;
  const [model] = models;
  if (model === undefined) return [];
  const forwarded = platform !== 'openshift' && gateway.create && gateway.serviceType === 'ClusterIP';
  const body = `{"model":"${model.servedName}","messages":[{"role":"user","content":"Hello"}]}`;
  return [
    ...credential(settings, cluster),
    `curl ${modelUrl(model, settings)}/chat/completions${forwarded ? ` --connect-to ::localhost:${LOCAL_PORT}` : ''} \\`,
    `  --header "Authorization: ${apiKeys?.prefixes[0] ?? 'Bearer'} $KEY" --header 'Content-Type: application/json' \\`,
    `  --data '${body}'`,
  ];
}

/** From the cluster, so that no key is shown here. */
function credential({ users, apiKeys, namespace }: PlatformSettings, cluster: readonly string[]): string[] {
  if (apiKeys === undefined) return ['KEY=$(maas token <user>)'];
  const user = users.find(({ keys = [] }) => keys.some(({ disabled }) => disabled !== true));
  const key = user?.keys?.find(({ disabled }) => disabled !== true);
  if (user === undefined || key === undefined) return ['KEY=…  # of a user: maas keys create --help'];
  const secret = secretNameOfKey(user.name, key);
  const where = [...cluster, `--namespace ${namespace}`].join(' ');
  return [`KEY=$(kubectl get secret ${secret} ${where} --output jsonpath='{.data.api_key}' | base64 --decode)`];
}
