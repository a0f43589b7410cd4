#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import type { OwnPackage } from './new-project';
import { createProgram } from './program';

// Who reads the output has seen enough, as `head` does; but a command that listens itself has something to undo.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  if (process.stdout.listenerCount('error') === 1) process.exit();
});

const own = JSON.parse(readFileSync(require.resolve('cdk8s-maas/package.json'), 'utf8')) as OwnPackage;

void createProgram(own).parseAsync();
