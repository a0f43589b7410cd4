import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimParts, type ModelCache } from '../../src/models/model-cache';
import { Hub, WEIGHTS } from './hub';

const DOWNLOAD_MILLISECONDS = 180_000;

const WAIT_MILLISECONDS = 20_000;

const script = join(__dirname, '../../scripts/hugging-face-hub.mjs');
const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
  encoding: 'utf8',
  timeout: DOWNLOAD_MILLISECONDS,
});
if (status !== 0) {
  process.stderr.write(`skipped: a cache that pods share: ${stderr.trim()}\n`);
}

/** A pod as far as it downloads: a process with a home of its own. */
class Pod {
  private readonly child: ChildProcess;
  log = '';

  constructor(volume: string, home: string, hub: Hub, cache: ModelCache, ...parameters: string[]) {
    const { env, volumeMounts } = claimParts({ existingClaim: 'downloads', ...cache })!;
    const inVolume = env.map(({ name, value }) => [name, value.replace(volumeMounts[0]!.mountPath, volume)]);
    this.child = spawn('python3', [join(__dirname, 'download.py'), ...parameters], {
      env: {
        PATH: process.env.PATH,
        PYTHONPATH: stdout.trim(),
        HF_HOME: home,
        HF_ENDPOINT: hub.url,
        HF_HUB_DISABLE_TELEMETRY: '1',
        HF_HUB_VERBOSITY: 'info',
        ...(Object.fromEntries(inVolume) as Record<string, string>),
      },
    });
    this.child.stderr?.on('data', (data: Buffer) => (this.log += data.toString()));
  }

  /** Its exit code, once it has ended. */
  async end(): Promise<number | null> {
    if (this.child.exitCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + WAIT_MILLISECONDS;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

(status === 0 ? describe : describe.skip)('a cache that pods share', () => {
  let hub: Hub;
  let folder: string;
  let pods: Pod[];

  beforeEach(async () => {
    hub = await Hub.start();
    folder = mkdtempSync(join(tmpdir(), 'maas-hub-'));
    pods = [];
  });

  afterEach(async () => {
    pods.forEach((pod) => pod.kill());
    await hub.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function start(cache: ModelCache = {}, ...parameters: string[]): Pod {
    const pod = new Pod(join(folder, 'volume'), join(folder, `home-${pods.length}`), hub, cache, ...parameters);
    pods.push(pod);
    return pod;
  }

  /** Everything in the volume, and when it was written. */
  function written(): Record<string, number> {
    const volume = join(folder, 'volume');
    const names = readdirSync(volume, { recursive: true, encoding: 'utf8' });
    return Object.fromEntries(['', ...names].map((name) => [name, lstatSync(join(volume, name)).mtimeMs]));
  }

  /** The weights as they lie in the cache. */
  function cached(): Buffer[] {
    const blobs = join(folder, 'volume/models--acme--own/blobs');
    return readdirSync(blobs).map((name) => readFileSync(join(blobs, name)));
  }

  test(
    'with locks each file is downloaded once, and a third pod downloads nothing',
    async () => {
      const first = start();
      await until('the first downloads', () => hub.downloads === 1);
      const second = start();
      await until('the second waits', () => second.log.includes('Still waiting to acquire lock'));
      hub.release();
      expect(await Promise.all([first.end(), second.end()])).toEqual([0, 0]);
      expect(await start().end()).toBe(0);
      expect(hub.downloads).toBe(1);
      expect(cached()).toEqual([WEIGHTS]);
    },
    3 * WAIT_MILLISECONDS,
  );

  test(
    'offline a pod reads what is there: it asks nobody, and writes nothing to the volume',
    async () => {
      hub.release();
      expect(await start({ offline: true }).end()).toBe(1);
      expect(await start().end()).toBe(0);
      const [asked, before] = [hub.requests, written()];
      expect(asked).toBeGreaterThan(0);
      expect(await start({ offline: true }).end()).toBe(0);
      expect([hub.requests, written()]).toEqual([asked, before]);
    },
    3 * WAIT_MILLISECONDS,
  );

  test(
    'without locks two pods write one file, which stays broken',
    async () => {
      const two = [start({}, 'without-locks'), start({}, 'without-locks')];
      await until('both download', () => hub.downloads === 2);
      hub.release();
      const codes = await Promise.all(two.map((pod) => pod.end()));
      expect(codes.sort()).toEqual([0, 1]);
      expect(two.map(({ log }) => log).join()).toContain('Consistency check failed');
      expect(cached().map(({ length }) => length)).not.toEqual([WEIGHTS.length]);
      // One that comes later believes it.
      expect(await start().end()).toBe(0);
      expect(cached().map(({ length }) => length)).not.toEqual([WEIGHTS.length]);
    },
    3 * WAIT_MILLISECONDS,
  );
});
