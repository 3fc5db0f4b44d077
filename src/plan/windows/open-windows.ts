/**
 * When steps may begin: the windows of a plan less its freezes, in time. A window is open at a moment at which the
 * clock of the plan's zone shows a time within it; so one that lies in the hour which a clock skips does not open that
 * day, and one in an hour that comes twice opens twice.
 */
import type { SavedWindows } from '../../model.ts';
import { DAY, MINUTE } from '../../units.ts';
import { daysOf, momentsOf, offsetsOf, type Span, wallDays } from './time-zone.ts';
import { parseFreeze, parseWindow } from './window-text.ts';

/** How far ahead is looked, milliseconds: a window that does not open within this time is not going to. */
export const LOOK_AHEAD = 366 * DAY;

/** How far back the beginning of an opening is looked for, milliseconds. */
const LOOK_BACK = 8 * DAY;

/** A stretch in which steps may begin, milliseconds since 1970 UTC. */
export interface OpenWindow {
  /** Eight days before it was asked for, where it has been open for longer. */
  readonly opens: number;
  /** The first moment at which it is closed, by the end of its windows or by a freeze; null: not within a year. */
  readonly closes: number | null;
  /** From here on nothing new begins; not after `opens` where the opening is too short for `lastStart`. */
  readonly lastStart: number | null;
}

/** The windows and freezes of one plan, to be asked. */
export interface OpenWindows {
  /** The opening that a moment lies in; null where it is closed. */
  at(moment: number): OpenWindow | null;
  isOpen(moment: number): boolean;
  /** Whether a step may begin: open, not frozen, and before the last start. */
  mayStart(moment: number): boolean;
  /** What freezes the moment, in words; null where it is not frozen. */
  frozenBy(moment: number): string | null;
  /** The openings from a moment on, the one that it lies in first: as many as are asked for, where there are so many. */
  next(from: number, count: number): readonly OpenWindow[];
  /** The first opening in which a step may still begin, from a moment on; null where there is none. */
  nextStart(from: number): OpenWindow | null;
}

/** @param windows as sealed: every spelling was checked when the plan was parsed. */
export function createOpenWindows(windows: SavedWindows): OpenWindows {
  const times = wallTimesOf(windows);
  const next: OpenWindows['next'] = (from, count) => openingsFrom(times, from, count);
  /** What was found last holds up to the next change. */
  let known: { from: number; to: number; opening: OpenWindow | null } | null = null;
  const at: OpenWindows['at'] = (moment) => {
    if (known === null || moment < known.from || moment >= known.to) {
      const [first = null] = next(moment, 1);
      const opening = first !== null && first.opens <= moment ? first : null;
      const to = opening === null ? (first?.opens ?? null) : opening.closes;
      known = { from: moment, to: to ?? moment + DAY, opening };
    }
    return known.opening;
  };
  return {
    at,
    isOpen: (moment) => at(moment) !== null,
    mayStart: (moment) => {
      const opening = at(moment);
      return opening !== null && (opening.lastStart === null || moment < opening.lastStart);
    },
    frozenBy: (moment) => frozenWithin(times, { from: moment, to: moment + 1 })[0]?.what ?? null,
    next,
    nextStart(from) {
      for (const count of [8, 100, Number.POSITIVE_INFINITY]) {
        const openings = next(from, count);
        const found = openings.find(
          ({ opens, lastStart }) => lastStart === null || lastStart > Math.max(opens, from),
        );
        if (found || openings.length < count) return found ?? null;
      }
      return null;
    },
  };
}

type WallTimes = ReturnType<typeof wallTimesOf>;

/** The windows and freezes of a plan, understood. */
function wallTimesOf(windows: SavedWindows) {
  return {
    windows,
    allowed: windows.allow.map((text) => parseWindow(text) ?? unreadable(text)),
    freezes: windows.freeze.map((text) => ({ text, freeze: parseFreeze(text) ?? unreadable(text) })),
  };
}

function openingsFrom(times: WallTimes, from: number, count: number): OpenWindow[] {
  // Most questions are answered by the next days; a year is looked through only where they do not.
  for (const ahead of [16 * DAY, 64 * DAY, LOOK_AHEAD]) {
    const span = { from: from - LOOK_BACK, to: from + ahead };
    const all = openWithin(times, span).filter((one) => one.to > from);
    const whole = all.filter((one) => one.to < span.to);
    if (ahead < LOOK_AHEAD && whole.length < count) continue;
    return (ahead < LOOK_AHEAD ? whole : all).slice(0, count).map(({ from: opens, to }) => {
      const closes = to < span.to ? to : null;
      return { opens, closes, lastStart: closes === null ? null : closes - times.windows.lastStart };
    });
  }
  return [];
}

/** Everything that is open within a span, merged and in order. */
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

/** What freezes a part of a span, and by what. */
function frozenWithin({ windows, freezes }: WallTimes, span: Span): (Span & { what: string })[] {
  const offsets = offsetsOf(span, windows.timezone);
  const written = freezes.flatMap(({ text, freeze }) => {
    const spans =
      freeze.kind === 'days'
        ? momentsOf(wallDays(freeze.first, freeze.last), offsets)
        : [{ from: Date.parse(freeze.from), to: Date.parse(freeze.to) }];
    return spans.map((one) => ({ ...one, what: text }));
  });
  const sealed = windows.calendars.flatMap(({ file, knownUntil, freezes: events }) => [
    ...events.map(({ from, to, title }) => ({
      from: Date.parse(from),
      to: Date.parse(to),
      what: `${title} (${file})`,
    })),
    // What the calendar says later than that is not sealed: nobody knows whether it is a freeze.
    {
      from: Date.parse(knownUntil),
      to: Number.POSITIVE_INFINITY,
      what: `${file} is not known from here on`,
    },
  ]);
  return [...written, ...sealed].filter(({ from, to }) => from < span.to && to > span.from);
}

function unreadable(text: string): never {
  throw new Error(`internal error: the schema lets ${JSON.stringify(text)} through, which is not understood`);
}

/** Spans in order, those that touch or overlap as one. */
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

/** What is left of spans when others are taken away. */
function without(spans: readonly Span[], away: readonly Span[]): Span[] {
  const gone = merged(away);
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
