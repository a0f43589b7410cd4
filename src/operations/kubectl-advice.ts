import type { KubernetesObject } from './kubernetes-object';

/** What kubectl says when something fails, and the next command to try. The first that matches counts. */
const ADVICE: readonly (readonly [said: RegExp, advice: (kubectl: string, match: RegExpExecArray) => string])[] = [
  [
    /failed calling webhook "([^"]+)"/,
    (kubectl, [, webhook]) =>
      `the webhook ${webhook} belongs to another component, which does not answer: bring that back, or delete what calls it; ` +
      `see: ${kubectl} get mutatingwebhookconfigurations,validatingwebhookconfigurations`,
  ],
  [
    /context was not found|context .* does not exist|no configuration has been provided/i,
    (kubectl) => `kubectl knows no such cluster; see: ${kubectl} config get-contexts`,
  ],
  [
    /error loading config file|^error: stat .*no such file/im,
    () => 'kubectl cannot read its kubeconfig: give another with --kubeconfig <file>',
  ],
  [
    /getting credentials/i,
    () => 'kubectl cannot log in: bring what it says in order, or use another account with --context <name>',
  ],
  [
    /x509:|tls: /,
    (kubectl) =>
      `the cluster's certificate is not one that the kubeconfig trusts; see: ${kubectl} config view --minify`,
  ],
  [
    /was refused|connection refused|no such host|i\/o timeout|deadline exceeded|unable to connect|Client\.Timeout|TLS handshake timeout/i,
    (kubectl) => `the cluster does not answer; see: ${kubectl} cluster-info`,
  ],
  [
    /The PriorityClass .* is invalid/,
    () =>
      'a PriorityClass keeps its value and its preemptionPolicy: declare another one in `priorityClasses`, and name it',
  ],
  [
    /is forbidden: User "/,
    (kubectl) => `what this account may do: ${kubectl} auth can-i --list; another account: --context <name>`,
  ],
  [
    /\(Unauthorized\)|must be logged in/i,
    () => 'the cluster does not know this account: log in again, or use another with --context <name>',
  ],
];

/**
 * What to try after a command has failed.
 *
 * @param said what kubectl has said
 * @param kubectl how a command to this cluster begins
 * @returns a line, or none
 */
export function adviceFor(said: string, kubectl: string): string[] {
  for (const [pattern, advice] of ADVICE) {
    const match = pattern.exec(said);
    if (match !== null) return [advice(kubectl, match)];
  }
  return [];
}

/** What kubectl has written to standard error without the lines of its own log, which say the same several times. */
export function withoutLog(stderr: string): string {
  return stderr.replace(/^[EWI]\d{4} [\d:.]+ .*?(?:err=<\n[^]*?\n >|$)\n?/gm, '').trim();
}

/** Stands between the objects that kubectl is given. */
export const DOCUMENT_END = '\n---\n';

/**
 * Takes the values of Secrets out of what the cluster has said of them.
 * @param stdin what kubectl was given; nothing is taken out where it is no JSON
 */
export function withoutSecrets(text: string, stdin: string): string {
  return secretsIn(stdin).reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}

/** The values of all Secrets, the longest first. */
function secretsIn(stdin: string): string[] {
  return (
    objectsIn(stdin)
      .filter(({ kind }) => kind === 'Secret')
      .flatMap(({ data, stringData }) => [
        ...textsIn(stringData),
        ...textsIn(data).flatMap((value) => [value, Buffer.from(value, 'base64').toString()]),
      ])
      // What is shorter is no secret, and would be found in words.
      .filter((secret) => secret.length > 3)
      .sort((one, other) => other.length - one.length)
  );
}

function objectsIn(stdin: string): KubernetesObject[] {
  try {
    return stdin.split(DOCUMENT_END).flatMap((document) => {
      const given = JSON.parse(document) as KubernetesObject & { items?: KubernetesObject[] };
      return given.items ?? [given];
    });
  } catch {
    return [];
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}
