/** `refit windows next PLAN`: the coming windows of a plan or saved plan, and whether its forecast fits into each. */
import { iso } from '../../../clock.ts';
import { EXIT_PLAN_INVALID } from '../../../errors.ts';
import type { Finding, Forecast, Plan, SavedWindows } from '../../../model.ts';
import { shellQuote } from '../../../next-command.ts';
import { readInput } from '../../../operations/named-files.ts';
import { pastDurations, planFleet, readCalendars } from '../../../operations/plan-fleet.ts';
import { decodePlan } from '../../../plan/parse/decode-plan.ts';
import { parsePlan } from '../../../plan/parse/parse-plan.ts';
import { readSavedPlan } from '../../../plan/seal.ts';
import {
  formatMoment,
  formatOpenWindow,
  formatUtc,
  windowsClosedFinding,
} from '../../../plan/windows/describe-windows.ts';
import { createOpenWindows, type OpenWindow } from '../../../plan/windows/open-windows.ts';
import { wallTime } from '../../../plan/windows/time-zone.ts';
import { fitsInto, secondsToFit } from '../../../plan/windows/window-findings.ts';
import { WEEKDAYS } from '../../../plan/windows/window-text.ts';
import { table } from '../../../report/document/columns.ts';
import { counted, duration } from '../../../report/quantities.ts';
import type { CommandCode } from '../../command-row.ts';
import { findingsText } from '../../findings.ts';
import { countFrom, type Options, regionFrom } from '../../options.ts';
import { print } from '../../output.ts';
import { readInventoryFile } from '../../plan-inputs.ts';
import type { Terminal } from '../../terminal.ts';

/** What is to be fitted into a window; null where nobody knows before the fleet has been read. */
type Load = Pick<Forecast, 'orders' | 'leastSeconds' | 'time'>;

export const windowsNext: CommandCode<[string]> = async ([file], options, terminal) => {
  const count = countFrom(options.count, 100, `refit windows next ${shellQuote(file)}`) ?? 5;
  const asked = await read(file, options, terminal);
  if ('findings' in asked) {
    const text = () => `${findingsText(asked.findings, terminal.color.out)}\n`;
    await print(terminal, options, { text, json: asked, indent: 2 });
    return EXIT_PLAN_INVALID;
  }
  const now = terminal.clock.now();
  const { windows, load } = asked;
  const openings = windows ? createOpenWindows(windows) : null;
  const coming = openings?.next(now, count) ?? [];
  await print(terminal, options, {
    text: () => {
      if (!windows || !openings) return 'the plan has no windows: it may begin at any time\n';
      const isOpen = `open: a step may begin now, ${formatMoment(now, windows.timezone)}`;
      const rows = coming.map((one) => rowOf(one, windows, now, load));
      const lines = [
        windowsClosedFinding(openings, windows, now) ?? isOpen,
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
      mayBegin: openings?.mayBegin(now) ?? true,
      forecast: load,
      windows: windows ? coming.map((one) => jsonOf(one, windows.timezone, now, load)) : [],
    },
    indent: 2,
  });
  if (options.format === 'text' && load === null && windows)
    terminal.hint(
      `next: refit plan ${shellQuote(file)} -o saved-plan.json, then refit windows next saved-plan.json tells whether it fits`,
    );
  return 0;
};

/**
 * A saved plan is known by being JSON; anything else is a plan.
 * @returns its windows, null where it has none, and what is to be done in them; or why it cannot be planned.
 */
async function read(
  file: string,
  options: Options,
  { clock }: Terminal,
): Promise<{ windows: SavedWindows | null; load: Load | null } | { findings: readonly Finding[] }> {
  const bytes = await readInput(file, 'the plan');
  if (/^\ufeff?\s*\{/.test(bytes.subarray(0, 200).toString('utf8'))) {
    const { windows = null, forecast } = readSavedPlan(bytes.toString('utf8'));
    return { windows, load: forecast };
  }
  const { text, findings } = decodePlan(bytes, file);
  if (text === null) return { findings };
  if (options.inventory !== undefined) {
    const { inventory: source, profile = null } = options;
    const { review, findings: told } = await planFleet(text, file, {
      from: { inventory: await readInventoryFile(source), source },
      region: regionFrom(options),
      profile,
      clock,
      durations: await pastDurations(options.durations, options.endpoint),
    });
    if (review === null) return { findings: told };
    return { windows: review.plan.windows ?? null, load: review.plan.forecast };
  }
  const parsed = parsePlan(text, file);
  if (parsed.plan === null) return { findings: parsed.findings };
  const { calendars, findings: unread } = await readCalendars(parsed.plan, clock);
  if (unread.length > 0) return { findings: unread };
  const { windows } = parsed.plan;
  return { windows: windows ? { ...windows, calendars } : null, load: maximumLoad(parsed.plan) };
}

/** What a plan that names each instance can order at the most; null where it selects by a condition. */
function maximumLoad({ targets, execution }: Plan): Load | null {
  if (targets.some(({ match }) => match.kind === 'select')) return null;
  const orders = targets.reduce((sum, { wishes }) => sum + Object.keys(wishes).length, 0);
  return { orders, leastSeconds: Math.ceil(orders / execution.requestsPerSecond) };
}

function formatLoad(load: Load | null): string {
  if (load === null) return 'not known before the fleet is read: the plan selects by a condition';
  const least = `${counted(load.orders, 'order')}, at least ${duration(load.leastSeconds * 1000)} at the request rate`;
  if (load.time === undefined) return least;
  const { lastOrder, durations } = load.time;
  const by = `${duration(lastOrder.p50 * 1000)} by the median, ${duration(lastOrder.p90 * 1000)} nine times of ten`;
  const known = durations.source === 'runs' ? 'by past runs' : 'by an assumption, as no past run tells';
  return `${least}; the last leaves after ${by}, ${known}`;
}

function rowOf(opening: OpenWindow, windows: SavedWindows, now: number, load: Load | null): string[] {
  const { opens, closes } = opening;
  const { timezone } = windows;
  return [
    `${formatOpenWindow(opening, timezone)} ${timezone}`,
    closes === null
      ? `from ${formatUtc(opens)} on`
      : `${formatUtc(opens).slice(0, -4)} to ${formatUtc(closes)}`,
    formatLastStart(opening, windows),
    load === null
      ? 'fit not known'
      : `the forecast ${fitsInto(opening, now, secondsToFit(load)) ? 'fits' : 'does not fit'}`,
  ];
}

function formatLastStart({ opens, lastStart }: OpenWindow, windows: SavedWindows): string {
  if (windows.lastStart === 0 || lastStart === null) return '';
  return lastStart <= opens
    ? 'too short to begin'
    : `last start ${wallTime(lastStart, windows.timezone).time}`;
}

function jsonOf(opening: OpenWindow, zone: string, now: number, load: Load | null): object {
  const moment = (at: number | null) => {
    if (at === null) return null;
    const { weekday, date, time } = wallTime(at, zone);
    return { weekday: WEEKDAYS[weekday - 1], date, time, utc: iso(at) };
  };
  const { weekday, date } = wallTime(opening.opens, zone);
  return {
    weekday: WEEKDAYS[weekday - 1],
    date,
    opens: moment(opening.opens),
    lastStart: moment(opening.lastStart),
    closes: moment(opening.closes),
    fits: load === null ? null : fitsInto(opening, now, secondsToFit(load)),
  };
}
