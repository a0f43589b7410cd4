import type { App } from 'cdk8s';
import { ConfigurationError } from '../config/problem';
import { SynthesisError, writeManifests } from './output';

/**
 * What a main.ts needs: synthesizes an App into `dist/`, or into the folder that the cdk8s CLI names
 * (`CDK8S_OUTDIR`).
 *
 * Mistakes of the user are printed without a stack trace; the process then ends with exit code 1 and dist/ is as before.
 *
 * @param build puts charts into the App
 */
export function synthesize(build: (app: App) => void): void {
  reportMistakes(() => writeManifests(build, process.env.CDK8S_OUTDIR ?? 'dist'));
}

/**
 * Runs something, prints the message of a user's mistake to standard error and sets exit code 1.
 * @returns what `run` returned, nothing after a mistake
 * @throws whatever is no mistake of the user
 */
export function reportMistakes<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ConfigurationError || error instanceof SynthesisError)) {
      throw error;
    }
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    return undefined;
  }
}
