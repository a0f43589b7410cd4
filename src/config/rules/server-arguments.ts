import { ARGUMENT_VALUES, REFUSED_ARGUMENTS } from '../../models/refused-arguments';
import { RENDERED_ARGUMENTS } from '../../models/rendered-arguments';
import type { DraftConfiguration } from '../draft';
import { quote, type Finding } from '../problem';
import { acceleratorOfModel } from './accelerator-facts';
import { argumentsOfServers, entryOf, type PlacedArgument } from './argument-facts';
import { monitoringOf } from './facts';
import { atValue, type Rule } from './rule';

const refusedArgument: Rule = {
  id: 'refused-argument',
  check: (configuration) =>
    argumentsOfServers(configuration).flatMap((argument): Finding[] => {
      const refused = entryOf(argument, REFUSED_ARGUMENTS[argument.runtime]);
      if (refused === undefined) {
        return [];
      }
      const { reason, fix = 'remove it', isSecret = false } = refused.entry;
      const got = quote(isSecret ? refused.name : argument.text);
      return [atValue(argument.path, got, `no ${refused.name}: ${reason}`, fix)];
    }),
};

/** Servers end with what they cannot read. A word without a flag vLLM would take for the model. */
const argumentForm: Rule = {
  id: 'argument-form',
  check: (configuration) =>
    argumentsOfServers(configuration).flatMap((argument): Finding[] => {
      const { path, text, isSpaced, isStray } = argument;
      if (isStray) {
        const expected = 'a flag, or a value behind one';
        return [atValue(path, quote(text), expected, 'put its flag before it, or remove it')];
      }
      if (!isSpaced || isOfOtherRule(argument)) {
        return [];
      }
      const [flag = '', value = ''] = text.split(/\s+(.*)/s, 2);
      const expected = 'no space in the name of a flag';
      const fix = `write ${quote(`${flag}=${value}`)}, or flag and value as two items`;
      return [atValue(path, quote(text), expected, fix)];
    }),
};

function isOfOtherRule(argument: PlacedArgument): boolean {
  const { runtime } = argument;
  return entryOf(argument, [...RENDERED_ARGUMENTS[runtime], ...REFUSED_ARGUMENTS[runtime]]) !== undefined;
}

const argumentValue: Rule = {
  id: 'argument-value',
  check: (configuration) =>
    argumentsOfServers(configuration).flatMap((argument): Finding[] => {
      const { model, runtime, path, text, flag = '', value, isSpaced } = argument;
      const checked = runtime === 'vllm' && !isSpaced ? entryOf(argument, ARGUMENT_VALUES) : undefined;
      if (checked === undefined || checked.entry.isRight(value ?? '')) {
        return [];
      }
      const { expected, fix, isOfGpus = false } = checked.entry;
      if (isOfGpus && acceleratorOfModel(model, configuration)?.family === 'cpu') {
        return [];
      }
      const got = text.includes('=') || value === undefined ? text : `${flag} ${value}`;
      return [atValue(path, quote(got), expected, fix)];
    }),
};

/** vLLM counts nothing with it, so that Prometheus and KEDA hear of no request. */
const unmeasuredServer: Rule = {
  id: 'unmeasured-server',
  check: (configuration) => {
    const isScraped = scrapes(configuration);
    return argumentsOfServers(configuration).flatMap((argument): Finding[] => {
      const { model, runtime, path, text } = argument;
      const isScaled = model.item.scaling !== undefined;
      const silent = entryOf(argument, [{ flags: ['--disable-log-stats'] }]);
      if (silent === undefined || runtime !== 'vllm' || !(isScaled || isScraped)) {
        return [];
      }
      const expected = `no ${silent.name}: vLLM would have no metrics, ${isScaled ? 'by which `scaling` decides' : 'which Prometheus is to scrape'}`;
      const fix = isScaled ? 'remove it' : 'remove it, or let nothing be scraped (`observability`)';
      return [atValue(path, quote(text), expected, fix)];
    });
  },
};

/** Whether somebody asks model servers for their metrics. */
function scrapes(configuration: DraftConfiguration): boolean {
  const { prometheus = false, serviceMonitors = false } = monitoringOf(configuration) ?? {};
  return prometheus || serviceMonitors;
}

/** What a model server has to be told so that it serves. */
export const SERVER_ARGUMENT_RULES: readonly Rule[] = [refusedArgument, argumentForm, argumentValue, unmeasuredServer];
