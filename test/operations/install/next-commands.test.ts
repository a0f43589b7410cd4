import type { MaasPlatformProps } from '../../../src/config/configuration';
import { resolveSettings } from '../../../src/config/settings';
import { CommandsToCopy } from '../../../src/operations/commands-to-copy';
import { nextCommands } from '../../../src/operations/install/next-commands';

const DEFAULTS = new CommandsToCopy([], 'maas.yaml');
const OTHERS = new CommandsToCopy(['--context=production'], 'a.yaml');

function next(props: MaasPlatformProps, commands = DEFAULTS): string[] {
  return nextCommands(resolveSettings(props), commands).split('\n');
}

test('on the local demo: a port-forward, a request with a key from the cluster, verify and test', () => {
  expect(next({})).toEqual([
    '# in another terminal',
    'kubectl port-forward --namespace llm service/inference-gateway-istio 8000:80',
    '',
    "KEY=$(kubectl get secret freeuser1-apikey --namespace llm --output 'jsonpath={.data.api_key}' | base64 --decode)",
    'curl http://simulator.maas.local/v1/chat/completions --connect-to ::localhost:8000 \\',
    `  --header "Authorization: APIKEY $KEY" --header 'Content-Type: application/json' \\`,
    `  --data '{"model":"simulator-model","messages":[{"role":"user","content":"Hello"}]}'`,
    '',
    '# check every object, then test the running platform',
    'maas verify',
    'maas test',
  ]);
});

test('another configuration and context stand in every command', () => {
  const lines = next({}, OTHERS);
  expect(lines.filter((line) => /^(kubectl|KEY|maas)/.test(line))).toEqual([
    'kubectl --context=production port-forward --namespace llm service/inference-gateway-istio 8000:80',
    "KEY=$(kubectl --context=production get secret freeuser1-apikey --namespace llm --output 'jsonpath={.data.api_key}' | base64 --decode)",
    'maas verify --config a.yaml --context=production',
    'maas test --config a.yaml --context=production',
  ]);
});

test('on OpenShift: the host of the Route', () => {
  const lines = next({ platform: 'openshift', domain: 'apps.example.com' });
  expect(lines[0]).toBe('KEY=…  # of a user: maas keys create --help');
  expect(lines[1]).toBe('curl https://simulator-llm.apps.example.com/v1/chat/completions \\');
  expect(lines.join('\n')).not.toContain('port-forward');
});

test('with a load balancer: its address, to which DNS has to lead', () => {
  const users = [{ name: 'alice', tier: 'free', keys: [{ existingSecret: 'alices-key' }] }];
  expect(next({ domain: 'models.example.com', users }).slice(0, 5)).toEqual([
    '# the address to which DNS has to lead',
    "kubectl get gateway inference-gateway --namespace llm --output 'jsonpath={.status.addresses[0].value}'",
    '',
    "KEY=$(kubectl get secret alices-key --namespace llm --output 'jsonpath={.data.api_key}' | base64 --decode)",
    'curl http://simulator.models.example.com/v1/chat/completions \\',
  ]);
});

test('TLS and tokens', () => {
  const lines = next({ identity: { keycloak: 'demo' }, gateway: { tls: {} } });
  expect(lines).toContain('kubectl port-forward --namespace llm service/inference-gateway-istio 8000:443');
  expect(lines).toContain('KEY=$(maas token <user>)');
  const others = next({ identity: { keycloak: 'demo' } }, OTHERS);
  expect(others).toContain('KEY=$(maas token --config a.yaml --context=production <user>)');
  expect(lines).toContain('curl https://simulator.maas.local/v1/chat/completions --connect-to ::localhost:8000 \\');
  expect(lines).toContain(`  --header "Authorization: Bearer $KEY" --header 'Content-Type: application/json' \\`);
});
