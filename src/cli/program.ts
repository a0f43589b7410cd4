import { Command } from 'commander';
import { registerDiagram } from './diagram';
import { registerDiff } from './diff';
import { registerExplain } from './explain';
import { addHelpColors, addUsage } from './help';
import { registerInit } from './init';
import { registerInstall } from './install';
import { registerKeys } from './keys';
import type { OwnPackage } from './new-project';
import { addColor } from './options';
import { registerSynth } from './synth';
import { registerTest } from './test';
import { registerToken } from './token';
import { registerUninstall } from './uninstall';
import { registerValidate } from './validate';
import { registerVerify } from './verify';

/**
 * `cdk8s-maas` with all its commands.
 * @param own what the package.json of this package says
 */
export function createProgram(own: OwnPackage): Command {
  const program = new Command('cdk8s-maas')
    .description('Models-as-a-Service on Kubernetes: one maas.yaml in, plain YAML out, and what one does with it.')
    .version(own.version)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    // `--no-color` means the same before and after the command's name.
    .hook('preAction', (_, command) => {
      if (program.opts<{ color: boolean }>().color === false) command.setOptionValue('color', false);
    });
  // Before the commands, which inherit it.
  addHelpColors(program);

  registerInit(program, own);
  registerValidate(program);
  registerSynth(program);
  registerDiff(program);
  registerExplain(program);
  registerDiagram(program);
  registerInstall(program);
  registerVerify(program);
  registerTest(program);
  registerKeys(program);
  registerToken(program);
  registerUninstall(program);

  addUsage(program, {
    examples: ['cdk8s-maas init my-platform', 'cdk8s-maas synth --help'],
    exitCodes: {
      0: 'done',
      1: 'it could not be done, or the answer is no',
      2: 'the command line is not right; of diff, verify and test: no answer',
      130: 'interrupted',
    },
  });
  for (const command of commandsOf(program)) {
    addColor(command).showHelpAfterError(`(${pathOf(command)} --help shows how it is used)`);
  }
  return program;
}

/** A command and all that are below it. */
export function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsOf)];
}

/** What is typed to run a command: `cdk8s-maas keys create`. */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
