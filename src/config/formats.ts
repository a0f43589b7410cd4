import { EXPIRY_PATTERN } from '../identity/key-expiry';
import { GATEWAY_API_DURATION_PATTERN } from '../limits/gateway-api-duration';
import { PARAMETERS_PATTERN } from '../models/model-architecture';
import { QUANTITY_PATTERN } from '../quantity';

/** A form of text: the pattern, and how messages speak about it. */
export interface Format {
  readonly pattern: RegExp;
  /** What the text must be like. */
  readonly expected: string;
  /** A text of this form. */
  readonly example: string;
  /** Turns what people commonly write into the form; what comes out is offered only where it fits the pattern. */
  readonly repair?: (got: string) => string;
}

const toName = (got: string): string =>
  got
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');

/** An instant with another form or offset in UTC. Without offset it is not known: JavaScript would take the machine's. */
const toInstant = (got: string): string => {
  const instant = new Date(got.trim());
  const isKnown = /\d(z|[+-]\d\d:?\d\d)$/i.test(got.trim()) && !Number.isNaN(instant.getTime());
  return isKnown ? instant.toISOString().replace(/\.\d+Z$/, 'Z') : got.trim();
};

/** Every form of text in maas.yaml. */
export const FORMATS = {
  /** RFC 1123 label: names of namespaces, tiers, users. */
  label: {
    pattern: /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    expected: 'up to 63 lower-case letters, digits and "-", with a letter or digit at both ends',
    example: 'team-a',
    repair: toName,
  },
  /** RFC 1035 label: names that become a Service or an InferenceService. */
  serviceName: {
    pattern: /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
    expected: 'up to 63 lower-case letters, digits and "-", with a letter at the beginning and no "-" at the end',
    example: 'my-llama',
    repair: toName,
  },
  /** A DNS name: labels of at most 63 characters, the last one no number (that would be an IP address). */
  hostName: {
    pattern: /^(?!(.*\.)?[0-9]+$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/,
    expected: 'a DNS name in lower case, without scheme, port and path, no IP address',
    example: 'models.example.com',
    repair: (got) =>
      got
        .toLowerCase()
        .replace(/^[a-z]+:\/\//, '')
        .replace(/(:\d+)?(\/.*)?$/, ''),
  },
  /** RFC 1123 subdomain: names of most Kubernetes objects. */
  objectName: {
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    expected: 'lower-case letters, digits, "-" and ".", with a letter or digit at both ends',
    example: 'my-secret',
    repair: toName,
  },
  /** Semantic version. */
  version: {
    pattern: /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/,
    expected: 'a version of three numbers without "v"',
    example: '1.31.4',
    repair: (got) => got.replace(/^v/i, '').replace(/^(\d+\.\d+)$/, '$1.0'),
  },
  /** Gateway API duration (GEP-2257), as Kuadrant takes it. */
  duration: {
    pattern: GATEWAY_API_DURATION_PATTERN,
    expected: 'a duration of hours, minutes and seconds',
    example: '1h30m',
    repair: (got) =>
      got
        .replace(/\s/g, '')
        .replace(/^(\d+)([hms])[a-z]*$/i, (_, number: string, unit: string) => number + unit.toLowerCase()),
  },
  /** When a key ends. */
  expiry: {
    pattern: EXPIRY_PATTERN,
    expected: 'a day, to its end in UTC, or an instant in UTC',
    example: '2027-01-31',
    repair: toInstant,
  },
  /** Kubernetes quantity as people write it. */
  quantity: {
    pattern: QUANTITY_PATTERN,
    expected: 'a Kubernetes quantity: a number, then nothing, m, Ki, Mi, Gi or Ti',
    example: '8Gi',
    repair: (got) => got.replace(/\s/g, '').replace(/B$/i, ''),
  },
  /** Number of parameters of a model. */
  parameters: {
    pattern: PARAMETERS_PATTERN,
    expected: 'a number of parameters with K, M, B or T',
    example: '8B',
    repair: (got) => got.replace(/\s/g, '').toUpperCase(),
  },
  /** Extended resource of Kubernetes. */
  extendedResource: {
    pattern: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\/[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/,
    expected: 'an extended resource with its domain',
    example: 'nvidia.com/gpu',
  },
  /** Image with a tag or digest. */
  image: {
    pattern: /^[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?(\/[a-z0-9._-]+)+(:[\w][\w.-]*|@sha256:[0-9a-f]{64})$/,
    expected: 'an image with its registry, and a tag or digest',
    example: 'registry.example.com/vllm:v1.2.3',
  },
  /** Place of model weights, as KServe reads it. */
  source: {
    pattern: /^(hf|s3|pvc|oci|gs|https):\/\/\S+$/,
    expected: 'a place that begins with hf://, s3://, pvc://, oci://, gs:// or https://',
    example: 'hf://Qwen/Qwen3-0.6B',
    repair: (got) => (/^[\w.-]+\/[\w.-]+$/.test(got) ? `hf://${got}` : got),
  },
  /** Name of an adapter: what vLLM takes before `=` in `--lora-modules`. */
  adapterName: {
    pattern: /^[A-Za-z0-9][\w.:/-]{0,127}$/,
    expected: 'up to 128 letters, digits, "_", ".", ":", "/" and "-", with a letter or digit at the beginning',
    example: 'sql-assistant',
    repair: (got) =>
      got
        .trim()
        .replace(/[^\w.:/-]+/g, '-')
        .replace(/^[^A-Za-z0-9]+/, ''),
  },
  /** Word before the key in the Authorization header. */
  prefix: {
    pattern: /^[A-Za-z][A-Za-z0-9_-]*$/,
    expected: 'one word of letters, digits, "_" and "-"',
    example: 'Bearer',
    repair: (got) => got.trim(),
  },
  /** URL of an issuer. */
  url: {
    pattern: /^(?!.*\/\.well-known\/openid-configuration\/?$)https?:\/\/[^\s/?#@]+(\/[^\s?#@]*)?$/,
    expected: 'a URL with http:// or https://, without user, "?", "#" and /.well-known/openid-configuration',
    example: 'https://login.example.com/realms/maas',
    repair: (got) =>
      (/^https?:\/\//.test(got) ? got : `https://${got}`).replace(/\/\.well-known\/openid-configuration\/?$/, ''),
  },
  /** Base URL of a provider's API. */
  baseUrl: {
    pattern:
      /^https:\/\/(?!([^/]*\.)?(0x[0-9a-f]*|[0-9]+)([:/]|$))[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+(:[1-9][0-9]{0,4})?(\/[\w.~-]+)*$/,
    expected: 'a URL with https:// and a DNS name, in lower case, without user, "?", "#" and "/" at the end',
    example: 'https://api.openai.com/v1',
    repair: (got) =>
      (/^\w+:\/\//.test(got) ? got.replace(/^http:/i, 'https:') : `https://${got}`).replace(
        /\/+(chat\/completions|completions|embeddings)?\/*$/,
        '',
      ),
  },
  /** Address of a server inside the cluster. */
  address: {
    pattern: /^https?:\/\/[^\s/?#@]+(\/[^\s?#@]*)?$/,
    expected: 'a URL with http:// or https://, without user, "?" and "#"',
    example: 'http://prometheus.monitoring.svc:9090',
    repair: (got) => (/^https?:\/\//.test(got) ? got : `http://${got}`),
  },
  /** Registry with an optional path. */
  registry: {
    pattern: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(\/[a-z0-9._-]+)*$/,
    expected: 'a host with optional port and path, without scheme',
    example: 'mirror.example.com/maas',
    repair: (got) => got.replace(/^https?:\/\//, '').replace(/\/+$/, ''),
  },
} as const satisfies Readonly<Record<string, Format>>;

/** No form allows longer texts, and the repairs need not be quick. */
const LONGEST_REPAIRED = 253;

const BY_PATTERN = new Map<string, Format>(
  Object.values(FORMATS).map((format): [string, Format] => [String(format.pattern), format]),
);

/** The form that a pattern of the schema stands for. */
export function formatOfPattern(pattern: string): Format | undefined {
  return BY_PATTERN.get(pattern);
}

/** What to write instead of a text that does not fit, or an example. */
export function repairText(format: Format, got: string): string {
  const repaired = got.length > LONGEST_REPAIRED ? undefined : format.repair?.(got);
  return repaired !== undefined && repaired !== got && format.pattern.test(repaired)
    ? `write ${JSON.stringify(repaired)}`
    : `for example ${JSON.stringify(format.example)}`;
}
