/** A timeline of the run by wave, one bar for each step. A few steps have a line each; many steps share lanes. */
import { scaleUtc } from 'd3-scale';
import * as show from '../../messages/en/quantities.ts';
import type { Report, ReportStep } from '../../model.ts';
import { changeOf } from '../describe-step.ts';
import { markup, type Raw } from '../document/escape.ts';
import { outcomeName } from '../verdict.ts';
import { axisMarks, chart, round, spanOf, TIME_LEFT, TIME_RIGHT, WIDTH } from './chart-frame.ts';

/** Up to this many started steps, each has its own line with a name. */
const NAMED = 40;

type Scale = (value: number) => number;

interface Bar {
  readonly step: ReportStep;
  readonly from: number;
  readonly to: number;
  /** True where the journal has no end of the step. */
  readonly open: boolean;
}

export function timelineChart(report: Report): Raw {
  const span = spanOf(report);
  const started = report.steps.filter((step) => step.startedAt !== null).length;
  if (span === null || started === 0) return markup`<p class="note">No orders were sent.</p>`;
  const scale = scaleUtc().domain(span).range([TIME_LEFT, TIME_RIGHT]);
  const named = started <= NAMED;
  const parts: Raw[] = [];
  let y = 24;
  for (const wave of report.waves) {
    const own = report.steps.filter((step) => step.wave === wave.name);
    const bars = barsOf(own, span[1]);
    const lanes = named ? bars.map((bar) => [bar]) : packInLanes(bars);
    const row = named ? 18 : lanes.length > 60 ? 4 : lanes.length > 24 ? 6 : 9;
    const height = Math.max(lanes.length * row, 6);
    const label = `${wave.name}, ${show.counted(wave.steps, 'step')}`;
    parts.push(markup`<text x="0" y="${y + 13}">${label.length > 60 ? `${label.slice(0, 59)}…` : label}</text>
<rect class="band" x="${TIME_LEFT}" y="${round(y + 20)}" width="${TIME_RIGHT - TIME_LEFT}" height="${height}"/>
`);
    y += 20;
    lanes.forEach((lane, index) => {
      const top = y + index * row + 1;
      const middle = round(top + row / 2 + 3.5);
      if (named) parts.push(markup`<text class="soft" x="12" y="${middle}">${lane[0]!.step.instance}</text>`);
      for (const bar of lane) parts.push(draw(bar, scale, top, row - 2));
    });
    y += height + 8;
  }
  const ticks = axisMarks(scale, span[1] - span[0]).map(({ tick, label }) => {
    const x = round(scale(tick));
    return markup`<line class="grid" x1="${x}" x2="${x}" y1="20" y2="${round(y - 4)}"/><text class="soft mid" x="${x}" y="12">${label}</text>
`;
  });
  const description = `${show.counted(started, 'step')} started between ${show.instant(new Date(span[0]).toISOString())} and ${show.instant(new Date(span[1]).toISOString())}.`;
  const canvas = {
    id: 'timeline',
    width: WIDTH,
    height: y,
    title: 'Timeline of the run by wave',
    desc: description,
  };
  return chart(canvas, [ticks, parts], { steps: started, waves: report.waves.length });
}

function barsOf(steps: readonly ReportStep[], last: number): Bar[] {
  return steps
    .flatMap((step) => {
      if (step.startedAt === null) return [];
      const to = step.endedAt === null ? last : Date.parse(step.endedAt);
      return [{ step, from: Date.parse(step.startedAt), to, open: step.endedAt === null }];
    })
    .sort((a, b) => a.from - b.from || a.to - b.to);
}

/** Packs bars into the fewest lanes without overlap. The number of lanes is the most steps in flight at the same time. */
function packInLanes(bars: readonly Bar[]): Bar[][] {
  const lanes: Bar[][] = [];
  for (const bar of bars) {
    const lane = lanes.find((own) => own.at(-1)!.to <= bar.from);
    if (lane) lane.push(bar);
    else lanes.push([bar]);
  }
  return lanes;
}

function draw({ step, from, to, open }: Bar, scale: Scale, top: number, height: number): Raw {
  const x = scale(from);
  const width = Math.max(1.5, scale(to) - x - 0.5);
  const end = open ? 'not ended' : `${show.duration(to - from)}, ${outcomeName(step.outcome)}`;
  const edge =
    open &&
    markup`<line class="openend" x1="${round(x + width)}" x2="${round(x + width)}" y1="${round(top)}" y2="${round(top + height)}"/>`;
  return markup`<rect class="o ${step.outcome}${open && ' faint'}" x="${round(x)}" y="${round(top)}" width="${round(width)}" height="${round(height)}"><title>${step.instance} ${changeOf(step)}: ${end}</title></rect>${edge}
`;
}
