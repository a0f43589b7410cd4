import { setTimeout as sleep } from 'node:timers/promises';

/** Asks every 100 ms until the answer is true; rejects after so many seconds. */
export async function until(what: string, seconds: number, ask: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s in vain: ${what}`);
    await sleep(100);
  }
}
