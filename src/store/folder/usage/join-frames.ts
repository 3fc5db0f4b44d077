/**
 * Joins the frames of one file to the history of its instance. Values are decoded straight to their places, so a file with many
 * frames takes little longer than one with a single frame.
 */
import {
  HOURLY,
  type InstanceUsage,
  type ObservedSize,
  USAGE_METRICS,
  type UsageMetric,
  type UsagePeriod,
  type UsageSeries,
  withObserved,
} from '../../../model.ts';
import type { UsageQuery } from '../../usage-store.ts';
import { type OpenedFrame, type SeriesHead, type Target, takeValues } from './usage-frame.ts';

/** A place for each metric and period, in the order of series. */
const PLACES = 2 * USAGE_METRICS.length;
const RANKS: ReadonlyMap<string, number> = new Map(USAGE_METRICS.map(({ name }, rank) => [name, rank]));

/** From the start of the first period to the end of the last one that any frame has, milliseconds since 1970 UTC. */
interface Extent {
  readonly metric: UsageMetric;
  readonly period: UsagePeriod;
  from: number;
  until: number;
}

/**
 * The part of a history that is asked for. A later frame counts where several have a value; a frame with damaged values is
 * left out. @param frames of one instance, the oldest first. @returns null without frames.
 */
export function joinFrames(frames: readonly OpenedFrame[], query: UsageQuery): InstanceUsage | null {
  for (let used = frames; used.length > 0; ) {
    const series = seriesOf(extentsOf(used), query, used[0]!.instance);
    const bad = used.find((frame) => !decode(frame, series));
    if (bad === undefined) {
      const sizes = used.flatMap((one) => one.sizes).reduce(joinSizes, []);
      return {
        instance: used[0]!.instance,
        series: series.filter((one) => one !== undefined),
        sizes: sizes.filter(({ from, until }) => from < query.until && until >= query.from),
      };
    }
    // Some of its values are in the series, so all of them are decoded again.
    used = used.filter((frame) => frame !== bad);
  }
  return null;
}

/** -1: a metric of a newer version. */
function placeOf({ metric, period }: SeriesHead): number {
  const rank = RANKS.get(metric);
  return rank === undefined ? -1 : 2 * rank + (period === HOURLY ? 0 : 1);
}

function extentsOf(frames: readonly OpenedFrame[]): readonly (Extent | undefined)[] {
  const extents = new Array<Extent | undefined>(PLACES);
  for (const { series } of frames)
    for (const head of series) {
      const place = placeOf(head);
      if (place < 0) continue;
      const { from, count, period } = head;
      const until = from + count * period * 1_000;
      const extent = extents[place];
      if (extent === undefined)
        extents[place] = { metric: head.metric as UsageMetric, period: period as UsagePeriod, from, until };
      else {
        extent.from = Math.min(extent.from, from);
        extent.until = Math.max(extent.until, until);
      }
    }
  return extents;
}

/** Series of gaps for what is asked of these extents; undefined: nothing is asked. */
function seriesOf(
  extents: readonly (Extent | undefined)[],
  { from, until, metrics }: UsageQuery,
  instance: string,
): readonly (OpenSeries | undefined)[] {
  return extents.map((extent) => {
    if (extent === undefined || (metrics !== undefined && !metrics.includes(extent.metric))) return undefined;
    const { metric, period } = extent;
    const length = period * 1_000;
    const first = Math.max(0, Math.ceil((from - extent.from) / length));
    const end = Math.ceil((Math.min(until, extent.until) - extent.from) / length);
    if (first >= end) return undefined;
    const values = new Array<number | null>(end - first).fill(null);
    return { instance, metric, period, from: extent.from + first * length, values };
  });
}

type OpenSeries = UsageSeries & { readonly values: (number | null)[] };

/** Puts the values of a frame into series. False: its bytes are no values. */
function decode(frame: OpenedFrame, series: readonly (OpenSeries | undefined)[]): boolean {
  let at = frame.at;
  for (const head of frame.series) {
    const own = series[placeOf(head)];
    const target: Target | null =
      own === undefined
        ? null
        : { values: own.values, first: (head.from - own.from) / (head.period * 1_000) };
    at = takeValues(frame, at, head, target);
    if (at < 0) return false;
  }
  return true;
}

/** Adds what another frame observed. */
export function joinSizes(
  sizes: readonly ObservedSize[],
  { size, from, until }: ObservedSize,
): readonly ObservedSize[] {
  return withObserved(withObserved(sizes, size, from), size, until);
}
