/** How long the changes took: how many steps ended within each span of time, with the median and the slowest. */
import { scaleLinear } from 'd3-scale';
import type { ReportStep } from '../../model.ts';
import { markup, type Raw } from '../document/escape.ts';
import * as show from '../quantities.ts';
import { chart, round, TIME_LEFT, TIME_RIGHT, WIDTH } from './chart-frame.ts';

const TOP = 8;
const HEIGHT = 96;
const FOOT = 22;
/** Fewer than this show nothing that the table of steps does not. */
const LEAST = 5;

/** Spans that people count time in, in milliseconds: a bar covers one of them. */
const SPANS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400,
].map((seconds) => seconds * 1000);

/** Milliseconds that the change of each step took, ascending; steps that have not ended are left out. */
function changeDurations(steps: readonly ReportStep[]): number[] {
  return steps
    .flatMap((step) => show.between(step.beganAt ?? step.acceptedAt, step.endedAt) ?? [])
    .sort((a, b) => a - b);
}

export function durationsChart(steps: readonly ReportStep[]): Raw | null {
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
    const words = `${show.counted(count, 'step')} within ${show.duration(bin * span)} to ${show.duration((bin + 1) * span)}`;
    return markup`<rect class="m2" x="${round(from + 0.5)}" y="${round(TOP + HEIGHT - height)}" width="${round(Math.max(1, x((bin + 1) * span) - from - 1))}" height="${round(height)}"><title>${words}</title></rect>
`;
  });
  // A label has room for about a tenth of the width.
  const every = Math.max(1, Math.ceil(bins / 10));
  const labels = counts.map((_, bin) => {
    if (bin % every > 0) return null;
    return markup`<text class="soft${bin > 0 && ' mid'}" x="${round(x(bin * span))}" y="${TOP + HEIGHT + 16}">${bin === 0 ? '0' : show.duration(bin * span)}</text>
`;
  });
  const axis = markup`<line class="base" x1="${TIME_LEFT}" x2="${TIME_RIGHT}" y1="${TOP + HEIGHT}" y2="${TOP + HEIGHT}"/>
<text class="soft end" x="${TIME_LEFT - 8}" y="${TOP + 6}">${show.count(highest)}</text>
<text x="0" y="${TOP + 12}">${show.counted(durations.length, 'step')}</text><text class="soft" x="0" y="${TOP + 30}">half within ${show.duration(median)}</text>
<text class="soft" x="0" y="${TOP + 46}">95% within ${show.duration(quantile(0.95))}</text><text class="soft" x="0" y="${TOP + 62}">longest ${show.duration(most)}</text>
`;
  const spoken = `${show.counted(durations.length, 'step')}: half took no more than ${show.duration(median)}, 95% no more than ${show.duration(quantile(0.95))}, the longest ${show.duration(most)}.`;
  return markup`<figure>
<div class="scroll" role="region" aria-label="Durations, picture" tabindex="0">${chart({ id: 'durations', width: WIDTH, height: TOP + HEIGHT + FOOT, title: 'How long the changes took', desc: spoken }, [bars, labels, axis], { steps: durations.length, median, longest: most })}</div>
<figcaption>How many changes took how long, from the order (or their beginning, where they waited for a window) to their end.</figcaption>
</figure>
`;
}
