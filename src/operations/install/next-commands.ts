import { secretNameOfKey } from '../../identity/api-key-secret-name';
import type { PlatformSettings } from '../../config/settings';
import type { CommandsToCopy } from '../commands-to-copy';
import { modelUrl } from '../../platform/context';

/** What a person does next with a platform that has just been installed, to be copied. */
export function nextCommands(settings: PlatformSettings, commands: CommandsToCopy): string {
  return [
    ...reach(settings, commands),
    ...askModel(settings, commands),
    '',
    '# check every object, then test the running platform',
    commands.maas('verify'),
    commands.maas('test'),
  ].join('\n');
}

/** Port on this machine, as in the seed. */
const LOCAL_PORT = 8000;

function reach({ platform, gateway }: PlatformSettings, commands: CommandsToCopy): string[] {
  const where = ['--namespace', gateway.namespace];
  if (platform === 'openshift' || !gateway.create) return [];
  if (gateway.serviceType === 'ClusterIP') {
    const service = `service/${gateway.name}-${gateway.className}`;
    const ports = `${LOCAL_PORT}:${gateway.tls === undefined ? 80 : 443}`;
    return ['# in another terminal', commands.kubectl('port-forward', ...where, service, ports), ''];
  }
  const address = ['--output', 'jsonpath={.status.addresses[0].value}'];
  return [
    '# the address to which DNS has to lead',
    commands.kubectl('get', 'gateway', gateway.name, ...where, ...address),
    '',
  ];
}

function askModel(settings: PlatformSettings, commands: CommandsToCopy): string[] {
  const { models, gateway, platform, apiKeys } = settings;
  const [model] = models;
  if (model === undefined) return [];
  const forwarded = platform !== 'openshift' && gateway.create && gateway.serviceType === 'ClusterIP';
  const body = `{"model":"${model.servedName}","messages":[{"role":"user","content":"Hello"}]}`;
  return [
    ...credential(settings, commands),
    `curl ${modelUrl(model, settings)}/chat/completions${forwarded ? ` --connect-to ::localhost:${LOCAL_PORT}` : ''} \\`,
    `  --header "Authorization: ${apiKeys?.prefixes[0] ?? 'Bearer'} $KEY" --header 'Content-Type: application/json' \\`,
    `  --data '${body}'`,
  ];
}

/** From the cluster, so that no key is shown here. */
function credential({ users, apiKeys, namespace }: PlatformSettings, commands: CommandsToCopy): string[] {
  if (apiKeys === undefined) return [`KEY=$(${commands.maas('token')} <user>)`];
  const user = users.find(({ keys = [] }) => keys.some(({ disabled }) => disabled !== true));
  const key = user?.keys?.find(({ disabled }) => disabled !== true);
  if (user === undefined || key === undefined) return ['KEY=…  # of a user: maas keys create --help'];
  const secret = secretNameOfKey(user.name, key);
  const get = commands.kubectl(
    'get',
    'secret',
    secret,
    '--namespace',
    namespace,
    '--output',
    'jsonpath={.data.api_key}',
  );
  return [`KEY=$(${get} | base64 --decode)`];
}
