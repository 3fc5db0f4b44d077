/** `refit usage show`: shows the history of use of one instance. It reads only the store. */
import { RefitError } from '../../../errors.ts';
import { isUsageMetric, USAGE_METRICS, type UsageMetric } from '../../../model.ts';
import { openUsage, usageProvider } from '../../../operations/usage/open-usage.ts';
import { showUsage } from '../../../operations/usage/show-usage.ts';
import { parseDuration } from '../../../plan/parse/quantity.ts';
import { escapeControls } from '../../../report/document/escape.ts';
import { renderUsage, type UsageFormat } from '../../../report/usage/render-usage.ts';
import { DAY } from '../../../units.ts';
import type { CommandCode } from '../../command-row.ts';
import type { Options } from '../../options.ts';
import { emit } from '../../output.ts';
import { wordsFrom } from '../../page-language.ts';
import { unknownWord } from '../../unknown-word.ts';

const OVER = 14 * DAY;

export const usageShow: CommandCode<[string]> = async ([instance], options, terminal) => {
  const { env, clock } = terminal;
  const [over, metrics] = [overFrom(options), metricsFrom(options)];
  const words = await wordsFrom(options);
  const store = await openUsage({ store: options.store, env, clock });
  try {
    const provider = usageProvider(options.endpoint, env);
    const usage = await showUsage(store, { provider, instance, over, metrics, clock });
    await emit<UsageFormat>(terminal, options, (format, where) =>
      renderUsage(usage, format, { ...where, words }),
    );
    return 0;
  } finally {
    await store.close();
  }
};

function overFrom({ over }: Options): number {
  const time = over === undefined ? OVER : parseDuration(over);
  if (time !== null && time > 0) return time;
  throw new RefitError('usage', `--over ${escapeControls(over ?? '')}: not a duration`, '--over 14d');
}

function metricsFrom({ metric }: Options): readonly UsageMetric[] {
  const typed = metric === undefined ? [] : metric.split(',').map((one) => one.trim());
  const names = USAGE_METRICS.map(({ name }) => name);
  return typed.map((one) => {
    if (isUsageMetric(one)) return one;
    throw unknownWord(
      `--metric ${escapeControls(one)}: unknown metric`,
      one,
      names,
      (near) => `--metric ${near}`,
    );
  });
}
