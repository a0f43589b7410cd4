import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ApiObject, type App, Chart } from 'cdk8s';
import { SynthesisError, writeManifests } from '../../src/output/output';
import { runInChild } from '../support/child';
import { contentsOf, temporaryFolder } from '../support/folder';

/** Puts one chart a name into an App, each with an object. */
function charts(...names: string[]): (app: App) => void {
  return (app) => {
    for (const name of names) {
      const chart = new Chart(app, name, { disableResourceNameHashes: true });
      new ApiObject(chart, 'object', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'from-synthesis' } });
    }
  };
}

const WRITTEN = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-synthesis\n';

/** A dist/ with files of an earlier synthesis and with others. */
function earlierFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = path.join(temporaryFolder(), 'dist');
  fs.mkdirSync(folder);
  const all = { '30-gateway.k8s.yaml': 'old', '70-routes.k8s.yaml': 'old', 'README.md': 'mine', ...files };
  for (const [name, text] of Object.entries(all)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

describe('writeManifests', () => {
  test('writes the same bytes and no further file, whatever variables of cdk8s are set', () => {
    const variables = { CDK8S_RECORD_CONSTRUCT_METADATA: 'true', CDK8S_DISABLE_SORT: '1' };
    const folder = path.join(temporaryFolder(), 'dist');
    Object.assign(process.env, variables);
    try {
      writeManifests((app) => {
        const chart = new Chart(app, '70-routes', { disableResourceNameHashes: true });
        const data = { b: '1', a: '2' };
        new ApiObject(chart, 'object', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'from-synthesis' },
          data,
        });
      }, folder);
      expect(process.env).toMatchObject(variables);
    } finally {
      delete process.env.CDK8S_RECORD_CONSTRUCT_METADATA;
      delete process.env.CDK8S_DISABLE_SORT;
    }
    expect(contentsOf(folder)).toEqual({ '70-routes.k8s.yaml': `${WRITTEN}data:\n  a: "2"\n  b: "1"\n` });
  });

  test('makes the folder, with everything above it, and tells what it wrote in the order of application', () => {
    const folder = path.join(temporaryFolder(), 'a/b/dist');
    expect(writeManifests(charts('70-routes', '10-kserve'), folder)).toEqual({
      folder,
      files: ['10-kserve.k8s.yaml', '70-routes.k8s.yaml'],
      removed: [],
    });
    expect(contentsOf(folder)).toEqual({ '10-kserve.k8s.yaml': WRITTEN, '70-routes.k8s.yaml': WRITTEN });
  });

  test('replaces files of the platform, removes its stale ones and leaves every other file alone', () => {
    const folder = earlierFolder({
      '85-objects.k8s.yaml': 'old',
      '70-other.k8s.yaml': 'mine',
      'x70-routes.k8s.yaml': 'mine',
      '70-routes.k8s.yaml.bak': 'mine',
      '.hidden': 'mine',
      'sub/10-kserve.k8s.yaml': 'mine',
    });
    expect(writeManifests(charts('30-gateway'), folder)).toMatchObject({
      files: ['30-gateway.k8s.yaml'],
      removed: ['70-routes.k8s.yaml', '85-objects.k8s.yaml'],
    });
    expect(contentsOf(folder)).toEqual({
      '30-gateway.k8s.yaml': WRITTEN,
      'README.md': 'mine',
      '70-other.k8s.yaml': 'mine',
      'x70-routes.k8s.yaml': 'mine',
      '70-routes.k8s.yaml.bak': 'mine',
      '.hidden': 'mine',
      'sub/10-kserve.k8s.yaml': 'mine',
    });
  });

  test('gives the same folder a second time', () => {
    const folder = earlierFolder();
    writeManifests(charts('10-kserve', '30-gateway'), folder);
    const first = contentsOf(folder);
    expect(writeManifests(charts('10-kserve', '30-gateway'), folder)).toMatchObject({ removed: [] });
    expect(contentsOf(folder)).toEqual(first);
  });

  test("removes stale files of its own platforms only: another name's stay", () => {
    const folder = earlierFolder({ 'staging-70-routes.k8s.yaml': 'stale', 'prod-70-routes.k8s.yaml': 'theirs' });
    expect(writeManifests(charts('staging-30-gateway'), folder).removed).toEqual(['staging-70-routes.k8s.yaml']);
    expect(contentsOf(folder)).toEqual({
      'staging-30-gateway.k8s.yaml': WRITTEN,
      'prod-70-routes.k8s.yaml': 'theirs',
      '30-gateway.k8s.yaml': 'old',
      '70-routes.k8s.yaml': 'old',
      'README.md': 'mine',
    });
    expect(writeManifests(charts('30-gateway', 'prod-30-gateway'), folder).removed).toEqual([
      '70-routes.k8s.yaml',
      'prod-70-routes.k8s.yaml',
    ]);
    expect(Object.keys(contentsOf(folder))).toContain('staging-30-gateway.k8s.yaml');
  });

  test('removes nothing for an App without a platform', () => {
    const folder = earlierFolder();
    expect(writeManifests(charts('team'), folder)).toMatchObject({ files: ['team.k8s.yaml'], removed: [] });
    expect(Object.keys(contentsOf(folder))).toHaveLength(4);
  });

  test('follows a symbolic link', () => {
    const folder = earlierFolder();
    const link = path.join(temporaryFolder(), 'dist');
    fs.symlinkSync(folder, link);
    expect(writeManifests(charts('30-gateway'), link)).toMatchObject({ folder: link, removed: ['70-routes.k8s.yaml'] });
    expect(fs.readlinkSync(link)).toBe(folder);
    expect(contentsOf(folder)).toEqual({ '30-gateway.k8s.yaml': WRITTEN, 'README.md': 'mine' });
  });

  test('replaces a file that is a symbolic link, not what the link names', () => {
    const folder = earlierFolder();
    fs.symlinkSync('README.md', path.join(folder, '10-kserve.k8s.yaml'));
    writeManifests(charts('10-kserve'), folder);
    expect(contentsOf(folder)).toEqual({ '10-kserve.k8s.yaml': WRITTEN, 'README.md': 'mine' });
  });

  test('takes a folder relative to the working directory', () => {
    const folder = earlierFolder();
    writeManifests(charts('30-gateway'), path.relative(process.cwd(), folder));
    expect(contentsOf(folder)['30-gateway.k8s.yaml']).toBe(WRITTEN);
  });
});

/** Runs it, expects a folder as it was, and returns the error. */
function failingIn(folder: string, build: (app: App) => void): unknown {
  let above = path.dirname(folder);
  while (!fs.statSync(above, { throwIfNoEntry: false })?.isDirectory()) {
    above = path.dirname(above);
  }
  const before = contentsOf(above);
  let caught: unknown = 'nothing was thrown';
  try {
    writeManifests(build, folder);
  } catch (error) {
    caught = error;
  }
  expect(contentsOf(above)).toEqual(before);
  return caught;
}

describe('writeManifests fails and leaves everything as it was', () => {
  const inTemporary = (file: string) => path.join(temporaryFolder(), file);

  test.each([
    ['a folder of an earlier synthesis', () => earlierFolder()],
    ['no folder', () => inTemporary('dist')],
    ['no folder, nor those above it', () => inTemporary('a/b/dist')],
  ])('when the build throws: %s', (_, folder) => {
    const error = new Error('mistake of the team');
    const build = (app: App) => {
      charts('10-kserve')(app);
      throw error;
    };
    expect(failingIn(folder(), build)).toBe(error);
  });

  test('when the build throws what is no Error', () => {
    const build = () => {
      throw undefined;
    };
    expect(failingIn(earlierFolder(), build)).toBeUndefined();
  });

  test('when the build reads a file that is not there: that is not about the folder', () => {
    const error = failingIn(earlierFolder(), () => fs.readFileSync('/nowhere/tiers.json'));
    expect(error).not.toBeInstanceOf(SynthesisError);
    expect(error).toMatchObject({ code: 'ENOENT', path: '/nowhere/tiers.json' });
  });

  test('when an object is not valid', () => {
    const build = (app: App) => {
      charts('10-kserve')(app);
      app.charts[0]?.node.addValidation({ validate: () => ['a tier has no name', 'a user has no tier'] });
    };
    expect(failingIn(earlierFolder(), build)).toEqual(
      new SynthesisError(
        'Validation failed with the following errors:\n  [10-kserve] a tier has no name\n  [10-kserve] a user has no tier',
      ),
    );
  });

  test('when a file is in the place of the folder', () => {
    const file = path.join(earlierFolder(), 'README.md');
    expect(failingIn(file, charts('10-kserve'))).toEqual(
      new SynthesisError(`cannot write to ${file}: it is a file, expected a folder`),
    );
  });

  test('when a file is in the place of a folder above', () => {
    const folder = path.join(earlierFolder(), 'README.md', 'dist');
    expect(failingIn(folder, charts('10-kserve'))).toEqual(
      new SynthesisError(`cannot write to ${folder}: a part of its path is a file, expected a folder`),
    );
  });

  test('when the folder is a symbolic link to nowhere', () => {
    const link = inTemporary('dist');
    fs.symlinkSync('/nowhere/dist', link);
    expect(failingIn(link, charts('10-kserve'))).toEqual(
      new SynthesisError(`cannot write to ${link}: it is a symbolic link to nowhere`),
    );
  });

  test('when a folder is in the place of one of the files', () => {
    const folder = earlierFolder({ '70-routes.k8s.yaml': 'old' });
    fs.mkdirSync(path.join(folder, '60-models.k8s.yaml'));
    expect(failingIn(folder, charts('30-gateway', '60-models', '70-routes'))).toEqual(
      new SynthesisError(
        `cannot write ${path.join(fs.realpathSync(folder), '60-models.k8s.yaml')}: it is a folder, expected a file`,
      ),
    );
  });

  test('but not when a folder is in the place of a stale file', () => {
    const folder = earlierFolder();
    fs.mkdirSync(path.join(folder, '60-models.k8s.yaml'));
    expect(writeManifests(charts('30-gateway'), folder).removed).toEqual(['70-routes.k8s.yaml']);
    expect(Object.keys(contentsOf(folder))).toContain('60-models.k8s.yaml/');
  });

  // The kernel's own ENOSPC, wherever the test runs: the second of three files is a link to a device that is always full.
  test.each([
    ['a folder of an earlier synthesis', () => earlierFolder()],
    ['no folder', () => inTemporary('dist')],
  ])('when the disk is full: %s', (_, newFolder) => {
    const folder = newFolder();
    const build = (app: App) => {
      charts('10-kserve', '30-gateway', '70-routes')(app);
      fs.symlinkSync('/dev/full', path.join(app.outdir, '30-gateway.k8s.yaml'));
    };
    expect(failingIn(folder, build)).toEqual(
      new SynthesisError(`cannot write to ${folder}: the disk is full; nothing was changed`),
    );
  });
});

/** JavaScript: `synthesizeTo(folder)` returns 'written', or name and message of the error. */
const SYNTHESIZE_TO = `
  const fs = require('node:fs');
  const { App, ApiObject, Chart } = require('cdk8s');
  const { writeManifests } = load('src/output/output.ts');
  const build = (app) => {
    for (const name of ['10-kserve', '30-gateway', '70-routes']) {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { text: 'x'.repeat(40000) } };
      new ApiObject(new Chart(app, name), 'object', object);
    }
  };
  const synthesizeTo = (folder) => {
    try {
      writeManifests(build, folder);
      return 'written';
    } catch (error) {
      return [error.name, error.message];
    }
  };
`;

/** Root is refused nothing, so a test of permissions that runs as root proves nothing. */
describe('writeManifests as an ordinary user', () => {
  const synthesizeTo = (folder: string) =>
    runInChild(`${SYNTHESIZE_TO} becomeOrdinaryUser(); return synthesizeTo(${JSON.stringify(folder)});`);

  test('really is not root', () => {
    expect(runInChild('becomeOrdinaryUser(); return [process.getuid(), process.geteuid()]')).not.toContain(0);
  });

  test('writes where it may', () => {
    const folder = path.join(temporaryFolder(), 'dist');
    expect(synthesizeTo(folder)).toBe('written');
    expect(Object.keys(contentsOf(folder))).toHaveLength(3);
  });

  test('is told of a folder that it may not write to, and leaves it as it is', () => {
    const folder = earlierFolder();
    const before = contentsOf(folder);
    fs.chmodSync(folder, 0o555);
    expect(synthesizeTo(folder)).toEqual([
      'SynthesisError',
      `cannot write to ${folder}: it is not writable; make it writable or choose another folder`,
    ]);
    fs.chmodSync(folder, 0o755);
    expect(contentsOf(folder)).toEqual(before);
  });

  test('is told of a folder that it may not make', () => {
    const parent = temporaryFolder();
    fs.chmodSync(parent, 0o555);
    const folder = path.join(parent, 'dist');
    expect(synthesizeTo(folder)).toEqual([
      'SynthesisError',
      `cannot write to ${folder}: it is not writable; make it writable or choose another folder`,
    ]);
    expect(contentsOf(parent)).toEqual({});
  });

  // A disk of 64 KiB in a mount namespace of its own. The tests with /dev/full above run everywhere; this one is
  // reported as skipped where the system allows no mount namespace.
  const isRoot = process.getuid?.() === 0;
  const disk = temporaryFolder();
  const mount = 'mount -t tmpfs -o size=64k,mode=777 maas-test "$0" && exec "$@"';
  const wrapper = ['unshare', isRoot ? '-m' : '-Urm', 'sh', '-c', mount, disk];
  const canMount = spawnSync('unshare', [...wrapper.slice(1), 'true']).status === 0;

  if (!canMount) {
    process.stderr.write('skipped: a full disk: the system allows no mount namespace\n');
  }
  (canMount ? test : test.skip)('leaves a full disk as it was', () => {
    const folder = path.join(disk, 'dist');
    const body = `
      ${SYNTHESIZE_TO}
      const folder = ${JSON.stringify(folder)};
      fs.mkdirSync(folder);
      fs.chmodSync(folder, 0o777);
      fs.writeFileSync(folder + '/30-gateway.k8s.yaml', 'old');
      ${isRoot ? 'becomeOrdinaryUser();' : '// root in its namespace only'}
      const result = synthesizeTo(folder);
      return { result, files: fs.readdirSync(folder), text: fs.readFileSync(folder + '/30-gateway.k8s.yaml', 'utf8') };
    `;
    expect(runInChild(body, wrapper)).toEqual({
      result: ['SynthesisError', `cannot write to ${folder}: the disk is full; nothing was changed`],
      files: ['30-gateway.k8s.yaml'],
      text: 'old',
    });
  });
});
