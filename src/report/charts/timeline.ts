/** A timeline of the run by wave, one bar for each step. A few steps have a line each; many steps share lanes. */
import { scaleUtc } from 'd3-scale';
import { english, type Words } from '../../messages/words.ts';
import type { Report, ReportStep } from '../../model.ts';
import { EventQueue } from '../../plan/forecast/event-queue.ts';
import { changeOf } from '../describe-step.ts';
import { markup, type Raw } from '../document/escape.ts';
import { outcomeName } from '../verdict.ts';
import { axisMarks, chart, round, spanOf, TIME_LEFT, TIME_RIGHT, WIDTH } from './chart-frame.ts';
import { type Mark, placeMarks } from './marks.ts';

/** Up to this many started steps, each has its own line with a name. */
const NAMED = 40;

/** Height of the ticks under the lanes of a wave. */
const TICKS = 10;
/** The least width of a bar that is not verified, so that a refusal stays visible. */
const LEAST_URGENT = 4;

type Scale = (value: number) => number;

interface Bar {
  readonly step: ReportStep;
  readonly from: number;
  readonly to: number;
  /** True where the journal has no end of the step. */
  readonly open: boolean;
}

/** Null where no step started or ended. @param marks the moments that it marks. */
export function timelineChart(report: Report, marks: readonly Mark[], words: Words = english): Raw | null {
  const { charts } = words.report;
  const span = spanOf(report);
  const started = report.steps.filter((step) => firstTimeOf(step) !== null).length;
  if (span === null || started === 0) return null;
  const scale = scaleUtc().domain(span).range([TIME_LEFT, TIME_RIGHT]);
  const named = started <= NAMED;
  const placed = placeMarks(marks, scale, 20, words);
  const parts: Raw[] = [];
  let y = 24 + placed.height;
  for (const wave of report.waves) {
    const own = report.steps.filter((step) => step.wave === wave.name);
    const bars = barsOf(own, span[1]);
    const lanes = named ? bars.map((bar) => [bar]) : packInLanes(bars);
    const row = named ? 18 : lanes.length > 60 ? 4 : lanes.length > 24 ? 6 : 9;
    const height = Math.max(lanes.length * row, 6);
    const notVerified = bars.filter(isUrgent).length;
    const label = charts.wave(wave.name, wave.steps, notVerified);
    parts.push(markup`<text x="0" y="${y + 13}">${label.length > 60 ? `${label.slice(0, 59)}…` : label}</text>
<rect class="band" x="${TIME_LEFT}" y="${round(y + 20)}" width="${TIME_RIGHT - TIME_LEFT}" height="${height}"/>
`);
    y += 20;
    lanes.forEach((lane, index) => {
      const top = y + index * row + 1;
      const middle = round(top + row / 2 + 3.5);
      if (named) parts.push(markup`<text class="soft" x="12" y="${middle}">${lane[0]!.step.instance}</text>`);
      for (const bar of lane) parts.push(draw(bar, scale, top, row - 2, words));
    });
    y += height;
    if (!named && bars.some(isUrgent)) {
      for (const bar of bars) if (isUrgent(bar)) parts.push(tick(bar, scale, y + 2));
      y += TICKS;
    }
    y += 8;
  }
  const ticks = axisMarks(scale, span[1] - span[0]).map(({ tick, label }) => {
    const x = round(scale(tick));
    return markup`<line class="grid" x1="${x}" x2="${x}" y1="20" y2="${round(y - 4)}"/><text class="soft mid" x="${x}" y="12">${label}</text>
`;
  });
  const [first, last] = span.map((at) => new Date(at).toISOString()) as [string, string];
  const description = words.show.join([charts.startedBetween(started, first, last), placed.spoken], ' ');
  const canvas = {
    id: 'timeline',
    width: WIDTH,
    height: y,
    title: charts.timelineTitle,
    desc: description,
  };
  return chart(canvas, [placed.gaps(y - 4), ticks, parts, placed.draw(round(y - 4))], {
    steps: started,
    waves: report.waves.length,
  });
}

/** When a step appears on the timeline. A step can end before its first order: refused, drifted or skipped. */
function firstTimeOf({ startedAt, endedAt }: ReportStep): string | null {
  return startedAt ?? endedAt;
}

/** True for a step that ended without being verified. */
function isUrgent({ step, open }: Bar): boolean {
  return !open && step.outcome !== 'verified';
}

/** A tick under the lanes at the end of a step that is not verified: its bar can be too narrow to see. */
function tick({ step, to }: Bar, scale: Scale, top: number): Raw {
  const x = round(scale(to));
  return markup`<line class="tick ${step.outcome}" x1="${x}" x2="${x}" y1="${round(top)}" y2="${round(top + TICKS - 3)}"/>
`;
}

function barsOf(steps: readonly ReportStep[], last: number): Bar[] {
  return steps
    .flatMap((step) => {
      const from = firstTimeOf(step);
      if (from === null) return [];
      const to = step.endedAt === null ? last : Date.parse(step.endedAt);
      return [{ step, from: Date.parse(from), to, open: step.endedAt === null }];
    })
    .sort((a, b) => a.from - b.from || a.to - b.to);
}

/** Packs bars into the fewest lanes without overlap. The number of lanes is the most steps in flight at the same time. */
function packInLanes(bars: readonly Bar[]): Bar[][] {
  const lanes: Bar[][] = [];
  /** Lanes by the end of their last bar, and those that are free by their number. */
  const taken = new EventQueue<number>();
  const free = new EventQueue<number>();
  for (const bar of bars) {
    while (taken.earliest <= bar.from) {
      const lane = taken.take()!;
      free.add(lane, lane);
    }
    const lane = free.take() ?? lanes.push([]) - 1;
    lanes[lane]!.push(bar);
    taken.add(bar.to, lane);
  }
  return lanes;
}

function draw(bar: Bar, scale: Scale, top: number, height: number, words: Words): Raw {
  const { charts } = words.report;
  const { step, from, to, open } = bar;
  const x = scale(from);
  const width = Math.max(isUrgent(bar) ? LEAST_URGENT : 1.5, scale(to) - x - 0.5);
  const end = open ? charts.notEnded : charts.stepEnd(to - from, outcomeName(step.outcome, words));
  const edge =
    open &&
    markup`<line class="openend" x1="${round(x + width)}" x2="${round(x + width)}" y1="${round(top)}" y2="${round(top + height)}"/>`;
  return markup`<rect class="o ${step.outcome}${open && ' faint'}" x="${round(x)}" y="${round(top)}" width="${round(width)}" height="${round(height)}"><title>${step.instance} ${changeOf(step, words)}: ${end}</title></rect>${edge}
`;
}
