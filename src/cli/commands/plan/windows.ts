/** `refit windows next PLAN`: lists the next windows, and whether the forecast fits into each. */
import { iso } from '../../../clock.ts';
import { EXIT_PLAN_INVALID } from '../../../errors.ts';
import { counted, duration } from '../../../messages/en/quantities.ts';
import { textOf } from '../../../messages/messages.ts';
import type { Finding, Forecast, Plan, SavedWindows } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { readInventoryFile } from '../../../operations/fleet/read-inventory-file.ts';
import { readInput } from '../../../operations/named-files.ts';
import { pastDurations } from '../../../operations/plans/past-durations.ts';
import { planFleet, readCalendars } from '../../../operations/plans/plan-fleet.ts';
import { historyOf } from '../../../operations/plans/read-use.ts';
import { decodePlan } from '../../../plan/parse/decode-plan.ts';
import { parsePlan } from '../../../plan/parse/parse-plan.ts';
import { readSavedPlan } from '../../../plan/saved/read-saved-plan.ts';
import {
  closedWindowsMessage,
  formatMoment,
  formatOpenWindow,
  formatUtc,
} from '../../../plan/windows/describe-windows.ts';
import { createOpenWindows, type OpenWindow } from '../../../plan/windows/open-windows.ts';
import { wallTime } from '../../../plan/windows/time-zone.ts';
import { fitsInto, secondsToFit } from '../../../plan/windows/window-findings.ts';
import { WEEKDAYS } from '../../../plan/windows/window-text.ts';
import { table } from '../../../report/document/columns.ts';
import type { CommandCode } from '../../command-row.ts';
import { findingsText } from '../../findings.ts';
import { countFrom, type Options, regionFrom, withConnectionOptions } from '../../options.ts';
import { print } from '../../output.ts';
import type { Terminal } from '../../terminal.ts';

/** The orders and time that must fit into a window. */
type Load = Pick<Forecast, 'orders' | 'leastSeconds' | 'time'>;

export const windowsNext: CommandCode<[string]> = async ([file], options, terminal) => {
  const count = countFrom(options.count, 100, `refit windows next ${shellQuote(file)}`) ?? 5;
  const input = await read(file, options, terminal);
  if ('findings' in input) {
    const text = () => `${findingsText(input.findings, terminal.color.out)}\n`;
    await print(terminal, options, { text, json: input, indent: 2 });
    return EXIT_PLAN_INVALID;
  }
  const now = terminal.clock.now();
  const { windows, load } = input;
  const openWindows = windows ? createOpenWindows(windows) : null;
  const coming = openWindows?.next(now, count) ?? [];
  await print(terminal, options, {
    text: () => {
      if (!windows || !openWindows) return 'the plan has no windows: it can start at any time\n';
      const isOpen = `open: a step can start now, ${formatMoment(now, windows.timezone)}`;
      const closed = closedWindowsMessage(openWindows, windows, now);
      const rows = coming.map((one) => rowOf(one, windows, now, load));
      const lines = [
        closed === null ? isOpen : textOf(closed),
        `forecast  ${formatLoad(load)}`,
        ...(rows.length === 0
          ? ['no window opens within a year']
          : table(rows, [{}, {}, {}, {}], terminal.width, '')),
      ];
      return `${lines.join('\n')}\n`;
    },
    json: {
      now: iso(now),
      timezone: windows?.timezone ?? null,
      mayStart: openWindows?.mayStart(now) ?? true,
      forecast: load,
      windows: windows ? coming.map((one) => jsonOf(one, windows.timezone, now, load)) : [],
    },
    indent: 2,
  });
  if (options.format === 'text' && load === null && windows)
    terminal.hint(
      `next: ${withConnectionOptions(`refit plan ${shellQuote(file)} -o saved-plan.json`, options)}   its review says whether it fits`,
    );
  return 0;
};

/**
 * Reads a saved plan, which is JSON, or a plan, which is anything else.
 * @returns its windows (null: none) and load (null: unknown); or the findings of an invalid plan.
 */
async function read(
  file: string,
  options: Options,
  { clock, env }: Terminal,
): Promise<{ windows: SavedWindows | null; load: Load | null } | { findings: readonly Finding[] }> {
  const bytes = await readInput(file, 'any-plan');
  if (/^\ufeff?\s*\{/.test(bytes.subarray(0, 200).toString('utf8'))) {
    const { windows = null, forecast } = readSavedPlan(bytes.toString('utf8'));
    return { windows, load: forecast };
  }
  const { text, findings } = decodePlan(bytes, file);
  if (text === null) return { findings };
  if (options.inventory !== undefined) {
    const { inventory: source, profile = null } = options;
    const { review, findings: planFindings } = await planFleet(text, file, {
      from: { inventory: await readInventoryFile(source), source },
      region: regionFrom(options),
      profile,
      clock,
      durations: await pastDurations({ ...options, env, clock }),
      history: historyOf({ store: options.store, env }, options.endpoint),
    });
    if (review === null) return { findings: planFindings };
    return { windows: review.plan.windows ?? null, load: review.plan.forecast };
  }
  const parsed = parsePlan(text, file);
  if (parsed.plan === null) return { findings: parsed.findings };
  const { calendars, findings: unread } = await readCalendars(parsed.plan, clock);
  if (unread.length > 0) return { findings: unread };
  const { windows } = parsed.plan;
  return { windows: windows ? { ...windows, calendars } : null, load: maximumLoad(parsed.plan) };
}

/** The most orders of a plan that names each instance; null if it selects by a condition. */
function maximumLoad({ targets, execution }: Plan): Load | null {
  if (targets.some(({ match }) => match.kind === 'select')) return null;
  const orders = targets.reduce((sum, { requested }) => sum + Object.keys(requested).length, 0);
  return { orders, leastSeconds: Math.ceil(orders / execution.requestsPerSecond) };
}

function formatLoad(load: Load | null): string {
  if (load === null) return 'unknown until Refit reads the fleet: the plan selects instances by a condition';
  const least = `${counted(load.orders, 'order')}, at least ${duration(load.leastSeconds * 1000)} at the request rate`;
  if (load.time === undefined) return least;
  const { lastOrder, durations } = load.time;
  const times = `${duration(lastOrder.p50 * 1000)} (p50), ${duration(lastOrder.p90 * 1000)} (p90)`;
  const known = durations.source === 'runs' ? 'from past runs' : 'assumed, because there are no past runs';
  return `${least}; last order after ${times}, ${known}`;
}

function rowOf(window: OpenWindow, windows: SavedWindows, now: number, load: Load | null): string[] {
  return [
    formatOpenWindow(window, windows.timezone, now),
    formatInUtc(window, now),
    formatLastStart(window, windows),
    load === null
      ? 'fit unknown'
      : `the forecast ${fitsInto(window, now, secondsToFit(load)) ? 'fits' : 'does not fit'}`,
  ];
}

function formatInUtc({ opens, closes, isOpenLonger }: OpenWindow, now: number): string {
  if (closes === null) return opens <= now ? '' : `from ${formatUtc(opens)} on`;
  return isOpenLonger
    ? `until ${formatUtc(closes)}`
    : `${formatUtc(opens).slice(0, -4)} to ${formatUtc(closes)}`;
}

function formatLastStart({ opens, lastStart }: OpenWindow, windows: SavedWindows): string {
  if (windows.lastStart === 0 || lastStart === null) return '';
  return lastStart <= opens
    ? 'too short to start'
    : `last start ${wallTime(lastStart, windows.timezone).time}`;
}

function jsonOf(window: OpenWindow, zone: string, now: number, load: Load | null): object {
  const moment = (at: number | null) => {
    if (at === null) return null;
    const { weekday, date, time } = wallTime(at, zone);
    return { weekday: WEEKDAYS[weekday - 1], date, time, utc: iso(at) };
  };
  // A window that has been open for more than eight days has no known opening.
  const opens = moment(window.isOpenLonger ? null : window.opens);
  return {
    weekday: opens?.weekday ?? null,
    date: opens?.date ?? null,
    opens,
    lastStart: moment(window.lastStart),
    closes: moment(window.closes),
    fits: load === null ? null : fitsInto(window, now, secondsToFit(load)),
  };
}
