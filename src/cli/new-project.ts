import { shellArgument } from '../operations/shell';

/** What a new project begins with. */
export const STORIES = ['kind', 'openshift', 'oidc', 'library'] as const;

/** What a new project begins with: the file of one example. */
export type Story = (typeof STORIES)[number];

/** What the package.json of this package says. */
export interface OwnPackage {
  /** Version of cdk8s-maas. */
  readonly version: string;
  /** Versions that it was built and tested with. */
  readonly devDependencies: { readonly [name: string]: string };
}

/** A new project. */
export interface NewProject {
  readonly story: Story;
  /** Name of the project. */
  readonly name: string;
  /** The example: text of maas.yaml, of the story `library` of main.ts. */
  readonly example: string;
  readonly own: OwnPackage;
}

/** Name of the file that holds the platform of a story. */
export function mainFileOf(story: Story): 'maas.yaml' | 'main.ts' {
  return story === 'library' ? 'main.ts' : 'maas.yaml';
}

/** The files of a new project by name; everything that `npm install` and `npm run synth` need. */
export function projectFiles(project: NewProject): ReadonlyMap<string, string> {
  const { story, example } = project;
  const library = story === 'library';
  return new Map([
    [mainFileOf(story), library ? example : withInstalledSchema(example)],
    ['package.json', json(packageJson(project))],
    ...(library ? ([['tsconfig.json', json(TSCONFIG)]] as const) : []),
    ['.gitignore', library ? 'node_modules/\nbuild/\n' : 'node_modules/\n'],
    ['README.md', readme(project)],
  ]);
}

/** A folder's name as npm takes it. */
export function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100);
  // A package that depends on itself cannot be installed.
  return name === '' || name === 'cdk8s-maas' ? 'maas-platform' : name;
}

/** The commands that come next, to be copied. */
export function nextCommands(story: Story, folder: string): string {
  const enter = folder === '.' ? '' : `cd ${shellArgument(folder)}\n`;
  return `${enter}npm install\nnpm run synth\n${story === 'library' ? 'kubectl apply -f dist/' : 'npx maas install'}\n`;
}

const TSCONFIG = {
  compilerOptions: {
    target: 'es2022',
    module: 'node16',
    types: ['node'],
    strict: true,
    skipLibCheck: true,
    outDir: 'build',
  },
  files: ['main.ts'],
};

function packageJson({ story, name, own }: NewProject): object {
  const library = story === 'library';
  const pick = (...names: string[]) => Object.fromEntries(names.map((each) => [each, own.devDependencies[each]]));
  return {
    name,
    version: '0.1.0',
    private: true,
    scripts: library
      ? { synth: 'tsc && node build/main.js' }
      : { synth: 'cdk8s-maas synth', validate: 'cdk8s-maas validate', diff: 'cdk8s-maas diff --dist dist' },
    dependencies: { ...pick('cdk8s'), 'cdk8s-maas': own.version, ...pick('constructs') },
    ...(library ? { devDependencies: pick('@types/node', 'typescript') } : {}),
  };
}

function readme({ story, name }: NewProject): string {
  return `# ${name}

Models-as-a-Service on Kubernetes: \`${mainFileOf(story)}\` says what there is, \`dist/\` is what the cluster gets.

\`\`\`sh
npm install
${story === 'library' ? BY_KUBECTL : BY_MAAS}`;
}

const BY_MAAS = `npm run diff      # what a change of maas.yaml does to dist/
npm run synth     # checks it and writes dist/, for Git
npx maas install  # brings what the cluster lacks, applies dist/, waits until all is good
npx maas verify   # is everything as maas.yaml says?
npx maas test     # asks the running platform
\`\`\`

\`npx maas --help\` has the rest: keys, tokens, what a user may do, uninstall.
`;

const BY_KUBECTL = `npm run synth     # checks it and writes dist/
kubectl diff -f dist/
kubectl apply -f dist/
\`\`\`

The cluster has Gateway API, Istio, cert-manager, KServe, Kuadrant's operator and the Prometheus operator first; KServe's
controller restarts once after the first apply: \`kubectl rollout restart deployment/kserve-controller-manager -n kserve\`.
`;

function withInstalledSchema(yaml: string): string {
  return yaml.replace(/^(# yaml-language-server: \$schema=).*$/m, '$1./node_modules/cdk8s-maas/maas.schema.json');
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
