/** The history of one instance as a small picture: peaks by day, the limit, and the advised size. */
import { scaleLinear } from 'd3-scale';
import { markup, type Raw } from '../document/escape.ts';
import { round } from './chart-frame.ts';

const WIDTH = 240;
const HEIGHT = 56;
/** Percent of the present size at which it is as good as full. */
const FULL = 90;

/**
 * The picture. @param days peaks in percent of the present size, the oldest first; null is a gap.
 * @param advised the advised size in percent of the present one; null: the size stays. @param title for screen readers.
 */
export function sparkline(days: readonly (number | null)[], advised: number | null, title: string): Raw {
  const most = days.reduce((top: number, day) => Math.max(top, day ?? 0), 0);
  const y = scaleLinear()
    .domain([0, Math.max(100, most, Math.min(advised ?? 0, 200))])
    .range([HEIGHT, 0])
    .clamp(true);
  const wide = WIDTH / Math.max(1, days.length);
  const bars = days.map((day, at) =>
    day === null
      ? markup`<rect class="gap" x="${round(at * wide)}" y="0" width="${round(wide)}" height="${HEIGHT}"/>`
      : markup`<rect class="a1" x="${round(at * wide + 0.5)}" y="${round(y(day))}" width="${round(Math.max(1, wide - 1))}" height="${round(HEIGHT - y(day))}"/>`,
  );
  const level = (share: number, tone: string) =>
    markup`<line class="${tone}" x1="0" x2="${WIDTH}" y1="${round(y(share))}" y2="${round(y(share))}"/>`;
  return markup`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${title}">${bars}${level(FULL, 'plan')}${advised !== null && level(advised, 'to')}<line class="base" x1="0" x2="${WIDTH}" y1="${HEIGHT}" y2="${HEIGHT}"/></svg>`;
}
