/** Calls by second, stacked by action, against the provider's limit and the plan's own rate. */
import type { ScaleLinear, ScaleTime } from 'd3-scale';
import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, curveStepAfter, stack } from 'd3-shape';
import { ORDER_ACTION } from '../../journal.ts';
import type { Report } from '../../model.ts';
import type { Raw } from '../escape.ts';
import { markup } from '../escape.ts';
import * as show from '../quantities.ts';
import { at, axisMarks, drawing, TIME_LEFT, TIME_RIGHT, WIDTH } from './drawing.ts';
import { spanOf } from './span.ts';

/** Requests a second that the provider takes of one action, endpoint and identity. Source: facts §6, read 2026-11. */
export const PROVIDER_LIMIT = 20;

const HEIGHT = 220;
/** More columns than this cannot be told apart: seconds are then taken together, keeping the highest of them. */
const COLUMNS = 900;

/** The calls of one action over the whole run. */
export interface ActionCalls {
  readonly action: string;
  readonly count: number;
  readonly refusedByLimit: number;
  /** The most in any one second. */
  readonly peak: number;
}

/** Actions with their sums, orders first, for their base line is then the axis and their height can be read. */
export function actionCalls(report: Report): ActionCalls[] {
  const peaks = new Map<string, number>();
  for (const [, action, sent] of report.callsBySecond)
    peaks.set(action, Math.max(peaks.get(action) ?? 0, sent));
  return Object.entries(report.calls)
    .map(([action, calls]) => ({ action, ...calls, peak: peaks.get(action) ?? 0 }))
    .sort(
      (a, b) => Number(b.action === ORDER_ACTION) - Number(a.action === ORDER_ACTION) || b.count - a.count,
    );
}

/** The colour of the n-th action: the first has its own, those past the fourth share one. */
export function actionTone(index: number): string {
  return `a${Math.min(index, 4)}`;
}

type Column = { readonly second: number; readonly sent: ReadonlyMap<string, number> };

export function callsPicture(report: Report): Raw {
  const span = spanOf(report);
  if (span === null || report.callsBySecond.length === 0)
    return markup`<p class="note">No call is on record.</p>`;
  const actions = actionCalls(report);
  const first = Math.floor(span[0] / 1000);
  const each = Math.ceil((span[1] / 1000 - first) / COLUMNS);
  const columns = columnsOf(report, first, Math.ceil(span[1] / 1000), each);
  const layers = stack<Column, string>()
    .keys(actions.map(({ action }) => action))
    .value((column, action) => column.sent.get(action) ?? 0)(columns);
  const highest = layers.flat().reduce((most, [, end]) => Math.max(most, end), PROVIDER_LIMIT);
  const x = scaleUtc().domain(span).range([TIME_LEFT, TIME_RIGHT]).clamp(true);
  const y = scaleLinear()
    .domain([0, highest * 1.08])
    .range([HEIGHT - 24, 8]);
  const shape = area<{ 0: number; 1: number; data: Column }>()
    .x(({ data }) => x(data.second * 1000))
    .y0((point) => y(point[0]))
    .y1((point) => y(point[1]))
    .curve(curveStepAfter)
    .digits(1);
  const areas = layers.map(
    (layer, index) => markup`<path class="${actionTone(index)}" d="${shape(layer)}"/>\n`,
  );
  const spoken = actions.map(
    ({ action, count, peak }) => `${action}: ${show.counted(count, 'call')}, at most ${peak} in one second`,
  );
  const body = [levels(y), areas, limits(y, report.run.requestsPerSecond), moments(x, span)];
  const svg = drawing('calls', WIDTH, HEIGHT, 'Calls per second by action', spoken.join('; '), body);
  const grouped =
    each > 1 && ` A column stands for ${each} seconds and shows the highest of them, for each action.`;
  return markup`<figure>
<div class="scroll" role="region" aria-label="Calls per second, picture" tabindex="0">${svg}</div>
<figcaption>Calls per second, stacked by action, times UTC. The limit of ${PROVIDER_LIMIT} holds for each action, endpoint and identity by itself; orders stand at the bottom, where their height can be read against it.${grouped}</figcaption>
</figure>
`;
}

/** One column for every `each` seconds, empty ones included, and one more that closes the last step of the curve. */
function columnsOf(report: Report, first: number, last: number, each: number): Column[] {
  const columns = Array.from({ length: Math.ceil((last - first) / each) + 1 }, (_, index) => ({
    second: first + index * each,
    sent: new Map<string, number>(),
  }));
  for (const [second, action, sent] of report.callsBySecond) {
    const { sent: most } = columns[Math.floor((second - first) / each)]!;
    most.set(action, Math.max(most.get(action) ?? 0, sent));
  }
  return columns;
}

function rule(tone: string, y: number): Raw {
  return markup`<line class="${tone}" x1="${TIME_LEFT}" x2="${TIME_RIGHT}" y1="${at(y)}" y2="${at(y)}"/>`;
}

function levels(y: ScaleLinear<number, number>): Raw[] {
  return y
    .ticks(5)
    .map(
      (level) =>
        markup`${rule('grid', y(level))}<text class="soft end" x="${TIME_LEFT - 8}" y="${at(y(level) + 4)}">${level}</text>\n`,
    );
}

/** The provider's limit and the plan's own rate, named in the margin; one line where they are the same. */
function limits(y: ScaleLinear<number, number>, rate: number): Raw {
  const same = rate === PROVIDER_LIMIT;
  const name = same ? `limit and plan, ${rate}` : `limit ${PROVIDER_LIMIT}`;
  return markup`${rule('limit', y(PROVIDER_LIMIT))}<text x="0" y="${at(y(PROVIDER_LIMIT) + 2)}">${name}</text>
${!same && markup`${rule('plan', y(rate))}<text x="0" y="${at(Math.max(y(rate), y(PROVIDER_LIMIT) + 14) + 2)}">plan ${rate}</text>`}
`;
}

function moments(x: ScaleTime<number, number>, span: readonly [number, number]): Raw[] {
  return axisMarks(x, span[1] - span[0]).map(
    ({ tick, label }) =>
      markup`<text class="soft mid" x="${at(x(tick))}" y="${HEIGHT - 6}">${label}</text>\n`,
  );
}
