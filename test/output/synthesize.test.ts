import { type App, Chart } from 'cdk8s';
import { ConfigurationError, MaasPlatform, SynthesisError, synthesize } from '../../src';
import { reportMistakes } from '../../src/output/synthesize';
import { runInChild } from '../support/child';
import { contentsOf, temporaryFolder } from '../support/folder';

let printed = '';
const { exitCode } = process;

beforeEach(() => {
  printed = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  delete process.env.CDK8S_OUTDIR;
  process.exitCode = exitCode;
});

const platform = (app: App) => void new MaasPlatform(app, 'maas');
const mistaken = (app: App) => void new MaasPlatform(app, 'maas', { users: [{ name: 'alice', tier: 'gold' }] });

describe('synthesize', () => {
  test('writes to the folder that the cdk8s CLI names', () => {
    const folder = (process.env.CDK8S_OUTDIR = temporaryFolder());
    synthesize(platform);
    expect(Object.keys(contentsOf(folder))).toContain('30-gateway.k8s.yaml');
    expect([printed, process.exitCode]).toEqual(['', exitCode]);
  });

  test('writes to dist/ by itself', () => {
    const folder = temporaryFolder();
    runInChild(`
      const { Chart } = require('cdk8s');
      const { synthesize } = load('src/output/synthesize.ts');
      delete process.env.CDK8S_OUTDIR;
      process.chdir(${JSON.stringify(folder)});
      synthesize((app) => new Chart(app, 'team'));
    `);
    expect(Object.keys(contentsOf(folder))).toEqual(['dist/team.k8s.yaml']);
  });

  test('prints a mistake of the configuration without a stack trace, ends with 1 and writes nothing', () => {
    const folder = (process.env.CDK8S_OUTDIR = temporaryFolder());
    synthesize(mistaken);
    expect(printed).toContain('gold');
    expect(printed).not.toMatch(/\n\s+at /);
    expect(process.exitCode).toBe(1);
    expect(contentsOf(folder)).toEqual({});
  });

  test('prints what constructs report of themselves in the same way', () => {
    process.env.CDK8S_OUTDIR = temporaryFolder();
    synthesize((app) => {
      new Chart(app, 'team').node.addValidation({ validate: () => ['no owner'] });
    });
    expect(printed).toBe('Validation failed with the following errors:\n  [team] no owner\n');
    expect(process.exitCode).toBe(1);
  });

  test('hides no mistake of a program', () => {
    process.env.CDK8S_OUTDIR = temporaryFolder();
    const error = new TypeError('x is not a function');
    expect(() => {
      synthesize(() => {
        throw error;
      });
    }).toThrow(error);
    expect(printed).toBe('');
  });
});

describe('reportMistakes', () => {
  test('returns what was returned', () => {
    const result = { folder: 'dist', files: [], removed: [] };
    expect(reportMistakes(() => result)).toBe(result);
    expect(process.exitCode).toBe(exitCode);
  });

  test.each([new SynthesisError('the disk is full'), new ConfigurationError([])])('prints a %s', (error) => {
    const result = reportMistakes(() => {
      throw error;
    });
    expect(result).toBeUndefined();
    expect(printed).toBe(`${error.message}\n`);
    expect(process.exitCode).toBe(1);
  });
});
