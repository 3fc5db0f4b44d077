/**
 * A chart of calls per second, with the provider's limit and the plan's rate. Each action has a strip on one time axis.
 * Strips are not stacked, because the limit counts each action separately. A stack could cross a limit that no action
 * reached.
 */
import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import { english, type Words } from '../../messages/words.ts';
import { ORDER_ACTION, type Report } from '../../model.ts';
import { clip } from '../document/columns.ts';
import { markup, type Raw } from '../document/escape.ts';
import { axisMarks, chart, round, spanOf, TIME_LEFT, TIME_RIGHT, WIDTH } from './chart-frame.ts';

/** Requests per second that the provider accepts for each identity, region and action. Source: docs/provider.md P28 and P29. */
export const PROVIDER_LIMIT = 20;

const TOP = 20;
const STRIP = 52;
const GAP = 16;
/** The most columns that a reader can distinguish. In longer runs a column covers several seconds and shows their peak. */
const COLUMNS = 900;

/** The calls of one action over the whole run. */
export interface ActionCalls {
  readonly action: string;
  readonly count: number;
  readonly refusedByLimit: number;
  /** The most calls in one second. */
  readonly peak: number;
}

/** The calls of each action: orders first, then by number of calls. */
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

/** The colour class of the n-th action, from 0. All actions from the fifth share one colour. */
export function actionTone(index: number): string {
  return `a${Math.min(index, 4)}`;
}

/** The first second of a column, and the most calls in one second of it. */
type Column = readonly [second: number, sent: number];

/** Null where no call is recorded. */
export function callsChart(report: Report, { report: { charts } }: Words = english): Raw | null {
  const span = spanOf(report);
  if (span === null || report.callsBySecond.length === 0) return null;
  const actions = actionCalls(report);
  const rate = report.run.requestsPerSecond;
  const first = Math.floor(span[0] / 1000);
  const last = Math.ceil(span[1] / 1000);
  const each = Math.ceil((last - first) / COLUMNS);
  const height = TOP + actions.length * (STRIP + GAP);
  const x = scaleUtc().domain(span).range([TIME_LEFT, TIME_RIGHT]).clamp(true);
  const moments = axisMarks(x, span[1] - span[0]).map(({ tick, label }) => {
    const middle = round(x(tick));
    return markup`<line class="grid" x1="${middle}" x2="${middle}" y1="16" y2="${height}"/><text class="soft mid" x="${middle}" y="10">${label}</text>\n`;
  });
  const strips = actions.map((calls, index) => {
    const y = scaleLinear()
      .domain([0, Math.max(PROVIDER_LIMIT, calls.peak) * 1.04])
      .range([STRIP, 0]);
    const shape = area<Column>()
      .x(([second]) => x(second * 1000))
      .y0(STRIP)
      .y1(([, sent]) => y(sent))
      .curve(curveStepAfter)
      .digits(1);
    return markup`<g data-action="${calls.action}" data-calls="${calls.count}" data-refused="${calls.refusedByLimit}" data-most="${calls.peak}" transform="translate(0 ${TOP + index * (STRIP + GAP) + GAP / 2})">
<path class="${actionTone(index)}" d="${shape(columnsOf(report, calls.action, first, last, each))}"/>
${rule('base', STRIP)}${rule('limit', y(PROVIDER_LIMIT))}${rate !== PROVIDER_LIMIT && rule('plan', y(rate))}
<text class="soft end" x="${TIME_LEFT - 8}" y="${round(y(PROVIDER_LIMIT) + 6)}">${PROVIDER_LIMIT}</text>
<text x="0" y="${STRIP - 18}">${clip(calls.action, 22)}</text><text class="soft" x="0" y="${STRIP - 2}">${charts.callsPeak(calls.peak)}</text>
</g>
`;
  });
  const description = actions.map(({ action, count, peak }) => charts.callsOf(action, count, peak));
  const svg = chart(
    { id: 'calls', width: WIDTH, height, title: charts.callsTitle, desc: description.join('; ') },
    [moments, strips],
  );
  return markup`<figure>
<div class="scroll" role="region" aria-label="${charts.callsRegion}" tabindex="0">${svg}</div>
<figcaption>${charts.callsCaption(PROVIDER_LIMIT, rate, each)}</figcaption>
</figure>
`;
}

/** One column for every `each` seconds, also where no call was sent. One more column closes the curve. */
function columnsOf(report: Report, action: string, first: number, last: number, each: number): Column[] {
  const most = new Map<number, number>();
  for (const [second, name, sent] of report.callsBySecond) {
    if (name !== action) continue;
    const column = Math.floor((second - first) / each);
    most.set(column, Math.max(most.get(column) ?? 0, sent));
  }
  return Array.from(
    { length: Math.ceil((last - first) / each) + 1 },
    (_, column): Column => [first + column * each, most.get(column) ?? 0],
  );
}

function rule(tone: string, y: number): Raw {
  return markup`<line class="${tone}" x1="${TIME_LEFT}" x2="${TIME_RIGHT}" y1="${round(y)}" y2="${round(y)}"/>`;
}
