import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from './folder';

/** A folder in front of the PATH of this process, for programs that a test makes up; the PATH is as before after each test. */
export class Programs {
  readonly folder = temporaryFolder();

  constructor() {
    const { PATH } = process.env;
    beforeEach(() => void (process.env.PATH = [this.folder, PATH].join(delimiter)));
    afterEach(() => void (process.env.PATH = PATH));
  }

  /** Makes a program of a shell script. */
  write(name: string, script: string): void {
    writeFileSync(this.file(name), `#!/bin/sh\n${script}\n`);
    chmodSync(this.file(name), 0o755);
  }

  /** A file that a program may write. */
  file(name: string): string {
    return join(this.folder, name);
  }

  /** Waits for a file that a program writes; the test's own time limit ends it. */
  async untilThere(name: string): Promise<void> {
    while (!existsSync(this.file(name))) await sleep(10);
  }
}

/** Waits until a process has ended, whether or not somebody has asked how. */
export async function untilGone(pid: number): Promise<void> {
  const isThere = () => spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  while (!['', 'Z'].includes(isThere().slice(0, 1))) await sleep(50);
}
