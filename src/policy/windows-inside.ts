/** Whether a plan lets steps start only when the windows and freezes of a policy do. */
import { message } from '../messages/messages.ts';
import type { Message, SavedWindows, UnsealedPlan } from '../model.ts';
import { formatMoment, formatUtc } from '../plan/windows/describe-windows.ts';
import { createOpenWindows, LOOK_AHEAD } from '../plan/windows/open-windows.ts';
import { DAY } from '../units.ts';

interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Why the windows of a plan do not lie inside those of a policy: the first moment at which only the plan is open. Looks a
 * year ahead, or until `finishBy`. Later on, the run itself keeps to both. Null if they lie inside.
 */
export function windowsReason(
  policy: SavedWindows,
  { windows, finishBy }: Pick<UnsealedPlan, 'windows' | 'finishBy'>,
  now: number,
): Message | null {
  const end = Math.min(
    now + LOOK_AHEAD - DAY,
    finishBy === null ? Number.POSITIVE_INFINITY : Date.parse(finishBy),
  );
  if (end <= now) return null;
  const year = { from: now, to: end };
  const moment = firstOutside(windows === undefined ? [year] : openIn(windows, year), openIn(policy, year));
  if (moment === null) return null;
  const { timezone } = policy;
  const at = { moment: formatMoment(moment, timezone), utc: formatUtc(moment), timezone };
  return message('policy.windows', { ...at, has: windows !== undefined });
}

/** The open periods in a span, in order. */
function openIn(windows: SavedWindows, { from, to }: Span): Span[] {
  const openWindows = createOpenWindows(windows);
  // A whole year is only looked through if the span needs it.
  const few = openWindows.next(from, 8);
  const isEnough = few.length < 8 || few.at(-1)!.opens >= to;
  return (isEnough ? few : openWindows.next(from, Number.POSITIVE_INFINITY))
    .map(({ opens, closes }) => ({ from: Math.max(opens, from), to: Math.min(closes ?? to, to) }))
    .filter((one) => one.from < one.to);
}

/** The first moment of `spans` that is in none of `outer`; null if there is none. Both are in order. */
function firstOutside(spans: readonly Span[], outer: readonly Span[]): number | null {
  let next = 0;
  for (const { from, to } of spans) {
    let at = from;
    while (at < to) {
      while (next < outer.length && outer[next]!.to <= at) next += 1;
      const around = outer[next];
      if (around === undefined || around.from > at) return at;
      at = around.to;
    }
  }
  return null;
}
