/** `refit usage collect`: reads the use of the fleet from the monitor product into the history of the store. */
import { RefitError } from '../../../errors.ts';
import { counted } from '../../../messages/en/quantities.ts';
import { render } from '../../../messages/messages.ts';
import type { Message } from '../../../model.ts';
import { connectReader } from '../../../operations/connect.ts';
import {
  collectUsage,
  MOST_USAGE_DAYS,
  USAGE_DAYS,
  type UsageCollection,
} from '../../../operations/usage/collect-usage.ts';
import { USAGE_CALLS_PER_SECOND } from '../../../operations/usage/describe-cost.ts';
import { type OpenedUsage, openUsage } from '../../../operations/usage/open-usage.ts';
import { escapeControls, sanitize } from '../../../report/document/escape.ts';
import type { CommandCode } from '../../command-row.ts';
import { connectionOf, type Options, regionsFrom, wholeFrom, withConnectionOptions } from '../../options.ts';
import { print } from '../../output.ts';
import { progressBar } from '../../progress-bar.ts';
import { warnOfProxy } from '../../read-provider.ts';
import type { Terminal } from '../../terminal.ts';
import { selectFrom } from '../fleet/select-from.ts';

/** How many instances without data are listed; the rest is counted. */
const NAMED = 10;

/** @returns 0; 1 if a region or a metric was left out. */
export const usageCollect: CommandCode<[]> = async (_args, options, terminal) => {
  const wanted = {
    ...{ regions: regionsFrom(options), profile: options.profile ?? 'default' },
    isSelected: selectFrom(options.select ?? []),
    days: daysFrom(options),
    maxCalls: wholeFrom('--max-calls', options.maxCalls) ?? null,
  };
  const { env, clock } = terminal;
  const store = await openUsage({ store: options.store, env, clock });
  try {
    const result = sanitize(await collectFrom(wanted, store, options, terminal));
    for (const note of result.notes) terminal.err(`${describeNote(note)}\n`);
    await print(terminal, options, { text: () => describe(result), json: result, indent: 2 });
    if (result.collected > 0 && options.format === 'text')
      terminal.hint(`next: ${withConnectionOptions('refit recommend', options)}`);
    return result.isComplete ? 0 : 1;
  } finally {
    await store.close();
  }
};

async function collectFrom(
  wanted: Omit<Parameters<typeof collectUsage>[2], 'clock' | 'onNotice' | 'onProgress'>,
  store: OpenedUsage,
  options: Options,
  terminal: Terminal,
): Promise<UsageCollection> {
  const bar = progressBar(terminal);
  const permits = await store.sharedPermits(USAGE_CALLS_PER_SECOND);
  const reader = connectReader({
    ...connectionOf(options, terminal),
    ...(permits === null ? { requestsPerSecond: USAGE_CALLS_PER_SECOND } : { permits }),
  });
  warnOfProxy(terminal);
  const onNotice = (text: string) => {
    bar.clear();
    terminal.hint(text);
  };
  try {
    const { clock } = terminal;
    return await collectUsage(reader, store, { ...wanted, clock, onNotice, onProgress: bar.show });
  } finally {
    bar.clear();
    await reader.close();
  }
}

function daysFrom(options: Options): number {
  const days = wholeFrom('--days', options.days, 1) ?? USAGE_DAYS;
  if (days <= MOST_USAGE_DAYS) return days;
  throw new RefitError(
    'usage',
    `--days ${days}: the provider keeps ${MOST_USAGE_DAYS} days`,
    `--days ${MOST_USAGE_DAYS}`,
  );
}

function describeNote(note: Message): string {
  const { message, fix } = render(note);
  return escapeControls(fix === null ? message : `${message}; fix: ${fix}`);
}

const REASONS = {
  'one-minute': 'has the retired monitoring by the minute, whose metrics are gone',
  'no-points': 'the provider has no points: it is new, or not monitored',
} as const;

function describe(result: UsageCollection): string {
  const { instances, collected, upToDate, points, gaps, calls, withoutData } = result;
  const more = withoutData.length - NAMED;
  return [
    `collected ${counted(collected, 'instance')} of ${instances}${upToDate === 0 ? '' : `; ${upToDate} had everything`}`,
    `  hours    ${minute(result.from)} to ${minute(result.until)} UTC`,
    `  values   ${points.toLocaleString('en')}${gaps === 0 ? '' : `, and ${counted(gaps, 'gap')}`}`,
    `  calls    ${calls.toLocaleString('en')} of GetMonitorData`,
    ...(withoutData.length === 0 ? [] : [`without data: ${counted(withoutData.length, 'instance')}`]),
    ...withoutData
      .slice(0, NAMED)
      .map(({ instance, reason }) => `  ${instance.padEnd(20)} ${REASONS[reason]}`),
    ...(more > 0 ? [`  and ${more} more; --json lists all`] : []),
    '',
  ].join('\n');
}

function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
