/**
 * Computes when steps may start: in the windows of a plan, except in its freezes. A window is open while the clock of the
 * plan's zone shows a time in it. If the clock skips an hour, a window in that hour does not open that day. If the clock
 * repeats an hour, a window in that hour opens twice.
 */
import type { FreezeCause, SavedWindows } from '../../model.ts';
import { DAY, MINUTE } from '../../units.ts';
import { daysOf, momentsOf, offsetsOf, type Span, wallDays } from './time-zone.ts';
import { parseFreeze, parseWindow } from './window-text.ts';

/** How far ahead Refit looks for a window, milliseconds. */
export const LOOK_AHEAD = 366 * DAY;

/** The most freezes within a year in one calendar. */
export const MOST_FREEZES = 5_000;

/** How far back Refit looks for the start of an open window, milliseconds. */
const LOOK_BACK = 8 * DAY;

/** A period in which steps may start, milliseconds since 1970 UTC. */
export interface OpenWindow {
  /** At most eight days before the moment in question. */
  readonly opens: number;
  /** True where nobody knows its opening, more than eight days ago: `opens` is then the moment in question. */
  readonly isOpenLonger: boolean;
  /** When its windows end or a freeze starts; null when this is over a year away. */
  readonly closes: number | null;
  /** From this moment on no step starts. It is not after `opens` when the window is too short for `lastStart`. */
  readonly lastStart: number | null;
}

/** A freeze, with its cause. */
export type Frozen = Span & { readonly cause: FreezeCause };

/** Answers questions about the windows and freezes of one plan. */
export interface OpenWindows {
  /** The open window at a moment; null when none is open. */
  at(moment: number): OpenWindow | null;
  isOpen(moment: number): boolean;
  /** Whether a step may start: in an open window, before its last start. */
  mayStart(moment: number): boolean;
  /** The freeze at a moment; null without one. */
  frozenBy(moment: number): FreezeCause | null;
  /** At most `count` open windows from a moment on. The one that is open at the moment comes first. */
  next(from: number, count: number): readonly OpenWindow[];
  /** The first open window, from a moment on, in which a step may still start; null without one. */
  nextStart(from: number): OpenWindow | null;
}

/** @param windows as sealed. Parsing has checked every spelling. */
export function createOpenWindows(windows: SavedWindows): OpenWindows {
  const times = wallTimesOf(windows);
  const next: OpenWindows['next'] = (from, count) => openWindowsFrom(times, from, count);
  /** The last answer, which holds until the next change. */
  let known: { from: number; to: number; window: OpenWindow | null } | null = null;
  const at: OpenWindows['at'] = (moment) => {
    if (known === null || moment < known.from || moment >= known.to) {
      const [first = null] = next(moment, 1);
      const window = first !== null && first.opens <= moment ? first : null;
      const to = window === null ? (first?.opens ?? null) : window.closes;
      known = { from: moment, to: to ?? moment + DAY, window };
    }
    return known.window;
  };
  return {
    at,
    isOpen: (moment) => at(moment) !== null,
    mayStart: (moment) => {
      const window = at(moment);
      return window !== null && (window.lastStart === null || moment < window.lastStart);
    },
    frozenBy: (moment) => frozenWithin(times, { from: moment, to: moment + 1 })[0]?.cause ?? null,
    next,
    nextStart(from) {
      for (const count of [8, 100, Number.POSITIVE_INFINITY]) {
        const found = next(from, count);
        const first = found.find(
          ({ opens, lastStart }) => lastStart === null || lastStart > Math.max(opens, from),
        );
        if (first || found.length < count) return first ?? null;
      }
      return null;
    },
  };
}

/**
 * When windows are open and what is frozen in a span, in order. Freezes keep their ends outside of the span, up to a year.
 */
export function windowSpans(
  windows: SavedWindows,
  span: Span,
): { readonly open: readonly Span[]; readonly frozen: readonly Frozen[] } {
  const times = wallTimesOf(windows);
  // A window that began before the span starts there.
  const wide = { from: span.from - DAY, to: span.to + DAY };
  const within = ({ from, to }: Span) => from < span.to && to > span.from;
  return {
    open: windows.allow.length === 0 ? [] : openWithin(times, wide).filter(within),
    frozen: wholeFreezes(times, { from: span.from - LOOK_AHEAD, to: span.to + LOOK_AHEAD }).filter(within),
  };
}

/** The freezes of a span. One in which the clock changes is one span again. */
function wholeFreezes(times: WallTimes, span: Span): Frozen[] {
  const nameOf = ({ cause }: Frozen) => JSON.stringify(cause);
  return [...Map.groupBy(frozenWithin(times, span), nameOf).values()]
    .flatMap((own) => merged(own).map((one): Frozen => ({ ...one, cause: own[0]!.cause })))
    .sort((a, b) => a.from - b.from);
}

type WallTimes = ReturnType<typeof wallTimesOf>;

/** The windows and freezes of a plan, parsed. */
function wallTimesOf(windows: SavedWindows) {
  return {
    windows,
    allowed: windows.allow.map((text) => parseWindow(text) ?? unreadable(text)),
    freezes: windows.freeze.map((text) => ({ text, freeze: parseFreeze(text) ?? unreadable(text) })),
  };
}

function openWindowsFrom(times: WallTimes, from: number, count: number): OpenWindow[] {
  // The next days answer most questions, so Refit looks through a year only if they do not.
  for (const ahead of [16 * DAY, 64 * DAY, LOOK_AHEAD]) {
    const span = { from: from - LOOK_BACK, to: from + ahead };
    const all = openWithin(times, span).filter((one) => one.to > from);
    const whole = all.filter((one) => one.to < span.to);
    if (ahead < LOOK_AHEAD && whole.length < count) continue;
    return (ahead < LOOK_AHEAD ? whole : all).slice(0, count).map(({ from: start, to }) => {
      const isOpenLonger = start <= span.from;
      const opens = isOpenLonger ? from : start;
      const closes = to < span.to ? to : null;
      return {
        opens,
        isOpenLonger,
        closes,
        lastStart: closes === null ? null : closes - times.windows.lastStart,
      };
    });
  }
  return [];
}

/** All open periods in a span, merged and in order. */
function openWithin(times: WallTimes, span: Span): Span[] {
  const frozen = frozenWithin(times, span);
  if (times.allowed.length === 0) return without([span], frozen);
  const { timezone } = times.windows;
  const offsets = offsetsOf(span, timezone);
  const open = daysOf(span, timezone, 2).flatMap(({ weekday, midnight }) =>
    times.allowed
      .filter(({ days }) => days.has(weekday))
      .flatMap(({ from, to }) =>
        momentsOf({ from: midnight + from * MINUTE, to: midnight + to * MINUTE }, offsets),
      ),
  );
  return without(merged(open), frozen);
}

/** All freezes that overlap a span. */
function frozenWithin({ windows, freezes }: WallTimes, span: Span): Frozen[] {
  const offsets = offsetsOf(span, windows.timezone);
  const written = freezes.flatMap(({ text, freeze }) => {
    const spans =
      freeze.kind === 'days'
        ? momentsOf(wallDays(freeze.first, freeze.last), offsets)
        : [{ from: Date.parse(freeze.from), to: Date.parse(freeze.to) }];
    return spans.map((one): Frozen => ({ ...one, cause: { kind: 'frozen', title: text, calendar: null } }));
  });
  const sealed = windows.calendars.flatMap(({ file, knownUntil, freezes: events }) => [
    ...events.map(
      ({ from, to, title }): Frozen => ({
        from: Date.parse(from),
        to: Date.parse(to),
        cause: { kind: 'frozen', title, calendar: file },
      }),
    ),
    // Any later moment may be a freeze that the saved plan does not hold.
    {
      from: Date.parse(knownUntil),
      to: Number.POSITIVE_INFINITY,
      cause: { kind: 'calendar-end', calendar: file } as const,
    },
  ]);
  return [...written, ...sealed].filter(({ from, to }) => from < span.to && to > span.from);
}

function unreadable(text: string): never {
  throw new Error(`internal error: the schema accepts ${JSON.stringify(text)}, but no parser does`);
}

/** Spans in order. Spans that touch or overlap become one. */
function merged(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last && span.from <= last.to)
      all[all.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else all.push(span);
  }
  return all;
}

/** The parts of spans outside of other spans. */
function without(spans: readonly Span[], removed: readonly Span[]): Span[] {
  const gone = merged(removed);
  return spans.flatMap((span) => {
    const left: Span[] = [];
    let from = span.from;
    for (const one of gone) {
      if (one.to <= from || one.from >= span.to) continue;
      if (one.from > from) left.push({ from, to: one.from });
      from = Math.max(from, one.to);
    }
    return from < span.to ? [...left, { from, to: span.to }] : left;
  });
}
