import { CommandsToCopy } from '../../src/operations/commands-to-copy';

test('what is copied means the cluster and the configuration of the command that has printed it', () => {
  const commands = new CommandsToCopy(['--kubeconfig=my file', '--context=production'], 'environments/production.yaml');
  expect(commands.maas('keys', 'revoke', 'alice-apikey')).toBe(
    "maas keys revoke alice-apikey --config environments/production.yaml '--kubeconfig=my file' --context=production",
  );
  expect(commands.kubectl('get', 'secret', 'a;b')).toBe(
    "kubectl '--kubeconfig=my file' --context=production get secret 'a;b'",
  );
});

test('what is the default is left out', () => {
  const commands = new CommandsToCopy([], 'maas.yaml');
  expect(commands.maas('install')).toBe('maas install');
  expect(commands.kubectl('get', 'pods')).toBe('kubectl get pods');
});
