/** Draws orders per second. Loaded only by the page of a run. */
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { RateSeries } from './run-model.ts';

const HEIGHT = 120;

/** @param limit requests per second. @returns how to show newer figures, and how to end. */
export function drawRate(frame: HTMLElement, first: RateSeries, limit: number) {
  let bound = limit;
  let colors = colorsOf(frame);
  const data = ({ at, orders }: RateSeries): UPlot.AlignedData => [[...at], [...orders], at.map(() => bound)];
  const axis = {
    stroke: () => colors.soft,
    grid: { stroke: () => colors.line, width: 1 },
    ticks: { show: false },
  };
  const plot = new UPlot(
    {
      ...{ width: frame.clientWidth || 300, height: HEIGHT },
      cursor: { y: false },
      legend: { show: false },
      scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      axes: [
        { ...axis, size: 24, space: 90, values: (_, at) => at.map(timeOf) },
        { ...axis, size: 36 },
      ],
      series: [
        {},
        { stroke: () => colors.live, fill: () => colors.fill, width: 2, points: { show: false } },
        { stroke: () => colors.warning, width: 1, dash: [4, 4], points: { show: false } },
      ],
    },
    data(first),
    frame,
  );
  const onResize = new ResizeObserver(() => plot.setSize({ width: frame.clientWidth, height: HEIGHT }));
  onResize.observe(frame);
  const onTheme = (): void => {
    colors = colorsOf(frame);
    plot.redraw(false);
  };
  const byHand = new MutationObserver(onTheme);
  byHand.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const bySystem = matchMedia('(prefers-color-scheme: dark)');
  bySystem.addEventListener('change', onTheme);
  return {
    update(series: RateSeries, newLimit: number): void {
      bound = newLimit;
      plot.setData(data(series));
    },
    close(): void {
      onResize.disconnect();
      byHand.disconnect();
      bySystem.removeEventListener('change', onTheme);
      plot.destroy();
    },
  };
}

/** `12:30:05` in the zone of the browser. */
const timeOf = (seconds: number): string =>
  new Date(seconds * 1_000).toLocaleTimeString('en-GB', { hour12: false });

/** The colours of the theme as a canvas understands them: it knows no `light-dark()`. */
function colorsOf(frame: HTMLElement) {
  const probe = document.createElement('span');
  frame.append(probe);
  const colorOf = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const colors = {
    ...{ live: colorOf('--live'), soft: colorOf('--soft'), line: colorOf('--line') },
    ...{ warning: colorOf('--warning'), fill: colorOf('--raised') },
  };
  probe.remove();
  return colors;
}
