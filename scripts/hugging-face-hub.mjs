// Prints a folder with the real huggingface_hub and what it needs, for PYTHONPATH, fetched from PyPI once:
// `node scripts/hugging-face-hub.mjs`. Where a machine can't have it, the tests say "skipped".
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache.cjs';
import { run } from './pypi-program.mjs';

/** The last below 1, as transformers below 5 takes it, which vLLM 0.18 asks for. */
const VERSION = '0.36.0';

try {
  // Some of it is compiled for one version of Python.
  const python = run('python3', '-c', 'import sys; print("%d.%d" % sys.version_info[:2])').trim();
  const folder = join(cacheFolder(), 'huggingface-hub', `${VERSION}-python${python}`);
  if (!existsSync(folder)) install(folder);
  process.stdout.write(`${folder}\n`);
} catch (error) {
  process.stderr.write(`no huggingface_hub ${VERSION}: ${error.message}\n`);
  process.exitCode = 1;
}

function install(folder) {
  mkdirSync(dirname(folder), { recursive: true });
  // Beside the target, so that the rename at the end is atomic: another run sees nothing half-installed.
  const work = mkdtempSync(join(dirname(folder), '.fetch-'));
  try {
    run('python3', '-m', 'pip', 'install', '--quiet', '--target', work, `huggingface_hub==${VERSION}`);
    renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
