/** A histogram of how long the changes took, with median, 95th percentile and longest. */
import { scaleLinear } from 'd3-scale';
import { between } from '../../messages/en/quantities.ts';
import { english, type Words } from '../../messages/words.ts';
import type { ReportStep } from '../../model.ts';
import { markup, type Raw } from '../document/escape.ts';
import { chart, round, TIME_LEFT, TIME_RIGHT, WIDTH } from './chart-frame.ts';

const TOP = 8;
const HEIGHT = 96;
const FOOT = 22;
/** The fewest steps for a chart; for fewer, the table of steps is enough. */
const LEAST = 5;

/** Round durations in milliseconds. Each bar covers one of them. */
const SPANS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400,
].map((seconds) => seconds * 1000);

/** The duration of each ended change in milliseconds, ascending. */
function changeDurations(steps: readonly ReportStep[]): number[] {
  return steps
    .flatMap((step) => between(step.beganAt ?? step.acceptedAt, step.endedAt) ?? [])
    .sort((a, b) => a - b);
}

export function durationsChart(steps: readonly ReportStep[], words: Words = english): Raw | null {
  const { show } = words;
  const { charts } = words.report;
  const durations = changeDurations(steps);
  if (durations.length < LEAST) return null;
  const quantile = (part: number) => durations[Math.ceil(part * durations.length) - 1]!;
  const [median, most] = [quantile(0.5), durations.at(-1)!];
  const span = SPANS.find((one) => most / one <= 40) ?? Math.ceil(most / 40);
  const bins = Math.floor(most / span) + 1;
  const counts = Array.from({ length: bins }, () => 0);
  for (const took of durations) counts[Math.floor(took / span)]! += 1;
  const highest = counts.reduce((a, b) => Math.max(a, b));
  const x = scaleLinear()
    .domain([0, bins * span])
    .range([TIME_LEFT, TIME_RIGHT]);
  const y = scaleLinear().domain([0, highest]).range([HEIGHT, 0]);
  const bars = counts.map((count, bin) => {
    if (count === 0) return null;
    const from = x(bin * span);
    const height = Math.max(1.5, HEIGHT - y(count));
    const label = charts.durationsBar(count, bin * span, (bin + 1) * span);
    return markup`<rect class="m2" x="${round(from + 0.5)}" y="${round(TOP + HEIGHT - height)}" width="${round(Math.max(1, x((bin + 1) * span) - from - 1))}" height="${round(height)}"><title>${label}</title></rect>
`;
  });
  // A label needs about a tenth of the width.
  const every = Math.max(1, Math.ceil(bins / 10));
  const labels = counts.map((_, bin) => {
    if (bin % every > 0) return null;
    return markup`<text class="soft${bin > 0 && ' mid'}" x="${round(x(bin * span))}" y="${TOP + HEIGHT + 16}">${bin === 0 ? '0' : show.duration(bin * span)}</text>
`;
  });
  const axis = markup`<line class="base" x1="${TIME_LEFT}" x2="${TIME_RIGHT}" y1="${TOP + HEIGHT}" y2="${TOP + HEIGHT}"/>
<text class="soft end" x="${TIME_LEFT - 8}" y="${TOP + 6}">${show.count(highest)}</text>
<text x="0" y="${TOP + 12}">${charts.steps(durations.length)}</text><text class="soft" x="0" y="${TOP + 30}">${charts.median(median)}</text>
<text class="soft" x="0" y="${TOP + 46}">p95 ${show.duration(quantile(0.95))}</text><text class="soft" x="0" y="${TOP + 62}">${charts.longest(most)}</text>
`;
  const description = charts.durations(durations.length, median, quantile(0.95), most);
  return markup`<figure>
<div class="scroll" role="region" aria-label="${charts.durationsRegion}" tabindex="0">${chart({ id: 'durations', width: WIDTH, height: TOP + HEIGHT + FOOT, title: charts.durationsTitle, desc: description }, [bars, labels, axis], { steps: durations.length, median, longest: most })}</div>
<figcaption>${charts.durationsCaption}</figcaption>
</figure>
`;
}
