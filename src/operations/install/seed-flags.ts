import type { PlatformSettings } from '../../config/settings';
import type { PlatformKind } from '../../cluster/platform-kind';

/** The flags of the seed's install.sh that say what is installed. */
export interface SeedFlags {
  readonly simulator?: boolean;
  readonly qwen3?: boolean;
  readonly installAllModels?: boolean;
  readonly deployKind?: boolean;
  readonly tokenRateLimit?: boolean;
  readonly skipMetrics?: boolean;
  /** Nothing when neither --ocp nor --no-ocp was given. */
  readonly ocp?: boolean;
}

/** The models that flags ask for, by the names of the catalog. */
export function modelsOf({ simulator, qwen3, installAllModels, deployKind }: SeedFlags): string[] {
  return [
    ...(simulator || installAllModels || deployKind ? ['simulator'] : []),
    ...(qwen3 || installAllModels ? ['qwen3'] : []),
  ];
}

/** Where a platform that flags choose is to run. */
export interface Place {
  readonly platform: PlatformKind;
  /** Domain of an OpenShift cluster. @default - that of the local demo */
  readonly domain?: string;
}

/** The tiers of the seed, with the limits that it has with --token-rate-limit and without. */
const SEED_TIERS = [
  { name: 'free', tokens: '{ minute: 200, hour: 5000, day: 50000 }', requests: 5 },
  { name: 'premium', tokens: '{ minute: 1000, hour: 30000, day: 500000 }', requests: 20 },
  { name: 'enterprise', tokens: '{ minute: 5000, hour: 150000, day: 2000000 }', requests: 100 },
] as const;

/** The maas.yaml that flags choose. */
export function chooseConfiguration(flags: SeedFlags, { platform, domain }: Place, flagLine: string): string {
  const models = modelsOf(flags).map((name) => `  - name: ${name}\n`);
  const tiers = SEED_TIERS.map(({ name, tokens, requests }) =>
    flags.tokenRateLimit
      ? `  - name: ${name}\n    tokens: ${tokens}\n`
      : `  - name: ${name}\n    requests: { limit: ${requests}, window: 2m }\n`,
  );
  const users =
    platform === 'openshift'
      ? '\n# Users come next: `users: [{ name: alice, tier: free, keys: [{ existingSecret: alice-apikey }] }]`, and\n# `maas keys create alice` makes the Secret.\n'
      : '';
  return (
    `# Chosen by: maas install ${flagLine}\n` +
    `platform: ${platform}\n` +
    (domain === undefined ? '' : `domain: ${domain}\n`) +
    `\ntiers:\n${tiers.join('')}` +
    `\nmodels:\n${models.join('')}` +
    (flags.skipMetrics ? '\nobservability:\n  prometheus: false\n' : '') +
    users
  );
}

/** What the settings of a maas.yaml have to say when a flag is given. */
interface Wish {
  readonly flag: string;
  readonly isGiven: (flags: SeedFlags) => boolean;
  readonly isMet: (settings: PlatformSettings) => boolean;
  /** What the file says, and what to write. */
  readonly fix: string;
}

const modelWish = (flag: string, model: string, isGiven: (flags: SeedFlags) => boolean): Wish => ({
  flag,
  isGiven,
  isMet: ({ models }) => models.some(({ name }) => name === model),
  fix: `has no model ${model}: add \`- name: ${model}\` to \`models\``,
});

const WISHES: readonly Wish[] = [
  modelWish('--simulator', 'simulator', ({ simulator }) => simulator === true),
  modelWish('--qwen3', 'qwen3', ({ qwen3 }) => qwen3 === true),
  modelWish('--install-all-models', 'simulator', ({ installAllModels }) => installAllModels === true),
  modelWish('--install-all-models', 'qwen3', ({ installAllModels }) => installAllModels === true),
  {
    flag: '--token-rate-limit',
    isGiven: ({ tokenRateLimit }) => tokenRateLimit === true,
    isMet: ({ tiers }) => tiers.some(({ tokens }) => tokens !== undefined),
    fix: 'has no tier with a token limit: add `tokens: { minute: 200 }` to each of `tiers`',
  },
  {
    flag: '--skip-metrics',
    isGiven: ({ skipMetrics }) => skipMetrics === true,
    isMet: ({ observability }) => !observability.prometheus && !observability.serviceMonitors,
    fix: 'has metrics: write `observability: { prometheus: false, serviceMonitors: false }`',
  },
  {
    flag: '--ocp',
    isGiven: ({ ocp }) => ocp === true,
    isMet: ({ platform }) => platform === 'openshift',
    fix: 'is for plain Kubernetes: write `platform: openshift`',
  },
  {
    flag: '--no-ocp',
    isGiven: ({ ocp }) => ocp === false,
    isMet: ({ platform }) => platform === 'kubernetes',
    fix: 'is for OpenShift: write `platform: kubernetes`',
  },
  {
    flag: '--deploy-kind',
    isGiven: ({ deployKind }) => deployKind === true,
    isMet: ({ platform }) => platform === 'kubernetes',
    fix: 'is for OpenShift: write `platform: kubernetes`',
  },
];

/** Where flags and a maas.yaml do not agree, with the key to set. */
export function disagreements(flags: SeedFlags, settings: PlatformSettings, config: string): string[] {
  return WISHES.filter(({ isGiven, isMet }) => isGiven(flags) && !isMet(settings)).map(
    ({ flag, fix }) => `${flag}: ${config} ${fix}, or leave ${flag} out`,
  );
}

/** The flags as they were given, to be shown. */
export function flagLine(flags: SeedFlags): string {
  const given: [boolean | undefined, string][] = [
    [flags.simulator, '--simulator'],
    [flags.qwen3, '--qwen3'],
    [flags.installAllModels, '--install-all-models'],
    [flags.deployKind, '--deploy-kind'],
    [flags.tokenRateLimit, '--token-rate-limit'],
    [flags.skipMetrics, '--skip-metrics'],
    [flags.ocp === true, '--ocp'],
    [flags.ocp === false, '--no-ocp'],
  ];
  return given.flatMap(([isGiven, flag]) => (isGiven ? [flag] : [])).join(' ');
}
