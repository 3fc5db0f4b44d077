/** What carrying a plan out is likely to take, in words, the same in every format of a review. */
import type { Forecast, LikelySeconds } from '../../model.ts';
import * as show from '../quantities.ts';

/** The forecast of a plan as name and value; nothing where nobody has reckoned one. */
export function forecastFacts({ time }: Pick<Forecast, 'time'>): [string, string][] {
  if (time === undefined) return [];
  const { total, waves, windows, durations, calls } = time;
  const later = windows > 1 ? `, over ${windows} windows` : '';
  const byWave =
    waves.length > 1
      ? `; ${waves.map((wave) => `${wave.name} ${show.duration(wave.p50 * 1000)}`).join(' · ')}`
      : '';
  const { UpgradeInstance: _, GetMonitorData: measured = 0, ...reads } = calls;
  const about = Object.entries(reads).map(([action, times]) => `${show.count(times)} ${action}`);
  const billed =
    measured > 0 ? [`${show.count(measured)} GetMonitorData for gates, billed beyond 1,000,000 a month`] : [];
  return [
    ['likely', `ends after ${likelyInWords(total)}${later}${byWave}`],
    ['durations', durations.what],
    ['reads', `about ${[...about, ...billed].join(', ')}`],
  ];
}

/** `1 h 4 m, within 1 h 20 m nine times of ten` */
export function likelyInWords({ p50, p90 }: LikelySeconds): string {
  return `${show.duration(p50 * 1000)}, within ${show.duration(p90 * 1000)} nine times of ten`;
}
