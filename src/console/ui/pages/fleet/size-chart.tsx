/** Draws the size of an instance over time. The table of its steps says the same in words. */
import { scaleLinear, scaleTime } from 'd3-scale';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Size } from '../../../../model.ts';
import type { InstanceStep } from '../../../api/fleet.ts';
import { quantities, say, sayTime, tag } from '../../language.ts';
import { go } from '../../router.ts';
import { levelPath, type SizeHistory, type SizeMark, type SizePoint, sizeHistory } from './size-history.ts';

const HEIGHT = 190;
const LEFT = 64;
const RIGHT = 14;
const TOP = 14;
const BOTTOM = 28;
const GB = 1_024;
const DAY = 86_400_000;

export function SizeChart({
  steps,
  read,
}: {
  steps: readonly InstanceStep[];
  read: { readonly at: string; readonly size: Size } | null;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const history = sizeHistory(steps, read);
  const isShown = history !== null;
  useEffect(() => {
    if (frame.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry!.contentRect.width)));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [isShown]);
  if (history === null) return null;
  return (
    <figure class="size-chart">
      <figcaption class="soft">{say('fleet.chart')}</figcaption>
      <div ref={frame} class="size-plot" aria-hidden="true">
        {width > 0 && <Plot history={history} width={width} />}
      </div>
      <Legend history={history} />
    </figure>
  );
}

function Plot({ history, width }: { history: SizeHistory; width: number }) {
  const { marks, level, elsewhere, from, to, most } = history;
  const time = scaleTime([from, to], [LEFT + 8, width - RIGHT]);
  const memory = scaleLinear([0, most / GB], [HEIGHT - BOTTOM, TOP]).nice(4);
  const place = ([at, mb]: SizePoint) => [time(at), memory(mb / GB)] as const;
  const { memory: text } = quantities();
  const format = timeFormat(to - from);
  return (
    <svg aria-hidden="true" width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`}>
      {memory.ticks(4).map((gb) => (
        <g key={gb}>
          <line class="grid" x1={LEFT} x2={width - RIGHT} y1={memory(gb)} y2={memory(gb)} />
          <text class="tick" x={LEFT - 8} y={memory(gb) + 4} text-anchor="end">
            {gb === 0 ? 0 : text(gb * GB)}
          </text>
        </g>
      ))}
      {time.ticks(Math.max(2, Math.min(8, Math.floor(width / 130)))).map((at) => (
        <text key={at.getTime()} class="tick" x={time(at)} y={HEIGHT - 8} text-anchor="middle">
          {format.format(at)}
        </text>
      ))}
      {elsewhere.map(([one, other]) => {
        const [[x1, y1], [x2, y2]] = [place(one), place(other)];
        return <path key={one[0]} class="elsewhere" d={`M${x1} ${y1}L${x2} ${y1}L${x2} ${y2}`} />;
      })}
      <path class="level" d={levelPath(level, place)} />
      {marks.map((mark) => (
        <Mark key={`${mark.step.run} ${mark.step.step}`} mark={mark} place={place} />
      ))}
    </svg>
  );
}

function Mark({
  mark,
  place,
}: {
  mark: SizeMark;
  place: (point: SizePoint) => readonly [x: number, y: number];
}) {
  const { step, at, before, ordered } = mark;
  const [x, y] = place([at, ordered]);
  const [, from] = place([at, before]);
  const tone = toneOf(step);
  const to = `/runs/${encodeURIComponent(step.run)}?step=${step.at}`;
  return (
    <a
      class={`mark tone-${tone}`}
      href={to}
      // The table has the same links, which the keyboard reaches.
      tabindex={-1}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(to);
      }}
    >
      <title>{markText(step)}</title>
      {tone !== 'verified' && <line class="tried" x1={x} x2={x} y1={from} y2={y} />}
      <circle class="around" cx={x} cy={y} r="14" />
      {tone === 'verified' ? (
        <circle class="done" cx={x} cy={y} r="5" />
      ) : tone === 'live' ? (
        <circle class="open" cx={x} cy={y} r="5" />
      ) : (
        <path class="cross" d={`M${x - 4} ${y - 4}l8 8m0 -8l-8 8`} />
      )}
    </a>
  );
}

/** What the colours mean, of those that are there. */
function Legend({ history: { marks, elsewhere } }: { history: SizeHistory }) {
  const tones = [...new Set(marks.map(({ step }) => toneOf(step)))];
  return (
    <ul class="legend" aria-hidden="true">
      {tones.map((tone) => (
        <li key={tone}>
          <svg width="14" height="14" aria-hidden="true" class={`mark tone-${tone}`}>
            {tone === 'verified' || tone === 'live' ? (
              <circle class={tone === 'live' ? 'open' : 'done'} cx="7" cy="7" r="5" />
            ) : (
              <path class="cross" d="M3 3l8 8m0 -8l-8 8" />
            )}
          </svg>
          {tone === 'live' ? say('fleet.history.open') : say(`outcome.${tone}`)}
        </li>
      ))}
      {elsewhere.length > 0 && (
        <li>
          <svg width="22" height="14" aria-hidden="true">
            <path class="elsewhere" d="M1 7h20" />
          </svg>
          {say('fleet.chart.elsewhere')}
        </li>
      )}
    </ul>
  );
}

const toneOf = ({ outcome }: InstanceStep) => outcome ?? 'live';

function markText({ before, after, outcome, plan, startedAt, endedAt }: InstanceStep): string {
  const { size } = quantities();
  return say('fleet.chart.mark', {
    ...{ before: size(before), after: size(after), plan },
    outcome: outcome === null ? say('fleet.history.open') : say(`outcome.${outcome}`),
    time: sayTime(endedAt ?? startedAt!).text,
  });
}

/** Labels of a time axis of so many milliseconds. */
function timeFormat(span: number): Intl.DateTimeFormat {
  const language = tag() === 'en' ? 'en-GB' : tag();
  if (span > 700 * DAY) return new Intl.DateTimeFormat(language, { year: 'numeric', month: 'short' });
  if (span > 3 * DAY) return new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric' });
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  if (span > DAY / 2) return new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', ...clock });
  return new Intl.DateTimeFormat(language, span > 600_000 ? clock : { ...clock, second: '2-digit' });
}
