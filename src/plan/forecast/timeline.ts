/**
 * The course of a run that starts as soon as it may: its waves, and the windows in which it orders. For charts.
 *
 *     windows   ████████░░░░░░░░████████
 *     canary    ███▌
 *     rest          █████·······████▌
 */
import { iso } from '../../clock.ts';
import type { UnsealedPlan } from '../../model.ts';
import { SECOND } from '../../units.ts';
import { createOpenWindows } from '../windows/open-windows.ts';

/** Times are ISO 8601 UTC. */
export interface PlanTimeline {
  /** When a run can start. */
  readonly from: string;
  /** The end of the run (p90). */
  readonly to: string;
  readonly waves: readonly PlanTimelineWave[];
  /** When steps may start, of the windows from `from` to `to`; null: at any time. The last one may end later; null: it never ends. */
  readonly windows: readonly { readonly opens: string; readonly closes: string | null }[] | null;
  /** True: there are more windows than these. */
  readonly hasMoreWindows: boolean;
}

export interface PlanTimelineWave {
  readonly name: string;
  readonly steps: number;
  /** The end of the wave before, with its soak (p50). */
  readonly from: string;
  readonly p50: string;
  readonly p90: string;
  /** How long the run waits after the wave, milliseconds. */
  readonly soak: number;
}

/** Windows in a timeline. A run over more of them is a line anyhow. */
const MOST_WINDOWS = 100;

/**
 * @param plan with its forecast. @param now the run starts at this moment or later, milliseconds since 1970 UTC.
 * @returns null for a plan without orders or without an open window.
 */
export function timelineOf(
  plan: Pick<UnsealedPlan, 'forecast' | 'windows' | 'waves'>,
  now: number,
): PlanTimeline | null {
  const { forecast, windows, waves } = plan;
  const { time } = forecast;
  if (time === undefined) return null;
  const open = windows === undefined ? null : createOpenWindows(windows);
  const first = open?.nextStart(now) ?? null;
  if (open !== null && first === null) return null;
  const start = Math.max(now, first?.opens ?? now);
  const end = start + Math.max(1, time.total.p90) * SECOND;
  const soaks = new Map(waves.map(({ name, soak = 0 }) => [name, soak]));
  const steps = new Map(waves.map(({ name, steps: own }) => [name, own.length]));
  let from = start;
  const shown = time.waves.map(({ name, p50, p90 }) => {
    const soak = soaks.get(name) ?? 0;
    const ends = start + p50 * SECOND;
    const wave = { name, soak, steps: steps.get(name) ?? 0, from: iso(Math.min(from, ends)) };
    from = ends + soak;
    return { ...wave, p50: iso(ends), p90: iso(start + p90 * SECOND) };
  });
  const within = open?.next(start, MOST_WINDOWS + 1).filter(({ opens }) => opens < end) ?? null;
  return {
    ...{ from: iso(start), to: iso(end), waves: shown },
    windows:
      within?.slice(0, MOST_WINDOWS).map(({ opens, closes }) => ({
        opens: iso(Math.max(opens, start)),
        closes: closes === null ? null : iso(closes),
      })) ?? null,
    hasMoreWindows: (within?.length ?? 0) > MOST_WINDOWS,
  };
}
