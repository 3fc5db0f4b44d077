/** Orders per second over the run against the limit. The drawing code loads after the page. */
import { useEffect, useRef } from 'preact/hooks';
import type { RunView } from '../../../api/runs.ts';
import { say, sayTime } from '../../language.ts';
import { peakOf, type RateSeries, rateSeries } from './run-model.ts';

type Plot = Awaited<ReturnType<typeof import('./draw-rate.ts').drawRate>>;

/** Where the chart ends: now, or with the run, which goes on after its last order. ms since 1970 UTC. */
function endOf({ holder, endedAt }: RunView): number | null {
  if (holder !== null) return Date.now();
  return endedAt === null ? null : Date.parse(endedAt);
}

export function RateChart({ run }: { run: RunView }) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const limit = run.picture.rate.limit.now;
  const series = rateSeries(run.orders, endOf(run));
  const latest = useRef<RateSeries>(series);
  latest.current = series;
  const isShown = series.at.length > 1;
  useEffect(() => {
    if (!isShown) return;
    let isOver = false;
    void import('./draw-rate.ts').then(({ drawRate }) => {
      if (isOver || frame.current === null) return;
      plot.current = drawRate(frame.current, latest.current, limit);
    });
    return () => {
      isOver = true;
      plot.current?.close();
      plot.current = null;
    };
  }, [isShown]);
  useEffect(() => plot.current?.update(series, limit));
  if (!isShown) return null;
  const peak = peakOf(series)!;
  const { rate } = run.picture;
  const values = {
    rate: peak.rate.toFixed(1),
    time: sayTime(peak.at).text,
    limit,
    now: rate.orders.toFixed(1),
  };
  return (
    <figure class="rate">
      <figcaption>
        {say('run.rate')} <span class="soft">{say('run.rate.peak', values)}</span>
      </figcaption>
      <div ref={frame} class="plot" role="img" aria-label={say('run.rate.text', values)} />
    </figure>
  );
}
