#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { checkPlatforms, explain, printDiagram, synthesizePlatforms } from './commands';
import { registerDiff } from './diff';
import { registerInit } from './init';
import { registerInstall } from './install';
import type { OwnPackage } from './new-project';
import { registerUninstall } from './uninstall';

const own = JSON.parse(readFileSync(require.resolve('cdk8s-maas/package.json'), 'utf8')) as OwnPackage;

const CONFIG_HELP = 'configuration file; several put several platforms into one folder';

const program = new Command('cdk8s-maas')
  .description('Models-as-a-Service on Kubernetes: one maas.yaml in, plain YAML out.')
  .version(own.version)
  .showHelpAfterError('(cdk8s-maas --help lists the commands)')
  // Before the commands, which inherit it.
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2);
  });

program
  .command('synth')
  .description('check the configuration and write the YAML; on a problem nothing is written')
  .option('-c, --config <files...>', CONFIG_HELP, ['maas.yaml'])
  .option('-o, --out <folder>', 'folder to write to', 'dist')
  .option('-q, --quiet', 'print problems only')
  .addHelpText(
    'after',
    '\nExamples:\n' +
      '  $ cdk8s-maas synth\n' +
      '  $ cdk8s-maas synth --config environments/production.yaml --out dist/production\n' +
      '  $ cdk8s-maas synth --config team-a.yaml team-b.yaml\n',
  )
  .action(synthesizePlatforms);

program
  .command('validate')
  .description('check the configuration only')
  .option('-c, --config <files...>', CONFIG_HELP, ['maas.yaml'])
  .option('-q, --quiet', 'print problems only')
  .addHelpText('after', '\nExample:\n  $ cdk8s-maas validate --config environments/production.yaml\n')
  .action(checkPlatforms);

program
  .command('explain')
  .description('say what a tier, user or model of the configuration may do')
  .argument('<name>', 'name of a tier, user or model; one that is several shows all')
  .option('-c, --config <file>', 'configuration file', 'maas.yaml')
  .option('--json', 'print a JSON list, one entry for each that has the name')
  .addHelpText(
    'after',
    '\nExamples:\n' +
      '  $ cdk8s-maas explain free\n' +
      '  $ cdk8s-maas explain alice --config environments/production.yaml --json\n' +
      '\nExit codes: 0 explained, 1 nothing has that name or the configuration is not right, 2 the command line is not right.\n',
  )
  .action(explain);

program
  .command('diagram')
  .description('print the platform as a Mermaid flowchart')
  .option('-c, --config <file>', 'configuration file', 'maas.yaml')
  .addHelpText(
    'after',
    '\nExamples:\n' +
      '  $ cdk8s-maas diagram\n' +
      '  $ cdk8s-maas diagram --config environments/production.yaml > platform.mmd\n' +
      '\nExit codes: 0 printed, 1 the configuration is not right, 2 the command line is not right.\n',
  )
  .action(printDiagram);

registerInit(program, own);
registerDiff(program);
registerInstall(program);
registerUninstall(program);

program.addHelpText(
  'after',
  '\nExit codes: 0 done, 1 the configuration, the folder or the name is not right, 2 the command line is not right.\n' +
    'Those of diff: 0 nothing differs, 1 something differs, 2 an error.\n',
);

void program.parseAsync();
