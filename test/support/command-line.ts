import type { Command } from 'commander';
import { commandsOf, pathOf } from '../../src/cli/program';

/**
 * The command lines of `cdk8s-maas`, or of its short name, in a line of the shell.
 * @returns the words of each behind the name: quotes taken away, up to what ends a command
 */
export function commandLinesIn(line: string): string[][] {
  return [...line.matchAll(/(?:^|[\s($])(?:cdk8s-maas|maas)(?= |$)((?:'[^']*'|"[^"]*"|[^'"|&;<>()#])*)/g)].map(
    ([, words = '']) => [...words.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/['"]/g, '')),
  );
}

/**
 * Parses a command line without doing what it says.
 *
 * @returns the command that it runs, with the options that it sets: `cdk8s-maas synth --out`
 * @throws CommanderError when the command line is not right
 */
export function parsedCommand(program: Command, words: readonly string[]): string {
  let parsed = '';
  for (const command of commandsOf(program)) {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    if (command.commands.length > 0) continue;
    command.action(() => {
      const set = command.options.filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli');
      parsed = [pathOf(command), ...set.map(({ long }) => long)].join(' ');
    });
  }
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    // Help is an answer, too.
    if ((error as { code?: string }).code !== 'commander.helpDisplayed') throw error;
    const asked = commandsOf(program).filter((command) =>
      pathOf(command)
        .split(' ')
        .slice(1)
        .every((name, at) => words[at] === name),
    );
    parsed = pathOf(asked.at(-1) ?? program);
  }
  return parsed;
}
