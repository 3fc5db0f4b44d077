/** The likely course of a run: when windows are open, and when each wave ends. The times are also text. */
import type { ShownReview } from '../../../../operations/reviews/show-review.ts';
import { quantities, say, sayTime } from '../../language.ts';
import { Time } from '../../parts/parts.tsx';

/** Widths of bars are parts of this. */
const WIDTH = 1_000;
/** The least width, so that a short wave of a long run can be seen. */
const LEAST = 4;

export function PlanCourse({ timeline }: { timeline: NonNullable<ShownReview['timeline']> }) {
  const { from, to, waves, windows, hasMoreWindows } = timeline;
  const start = Date.parse(from);
  const span = Math.max(1, Date.parse(to) - start);
  const at = (time: string): number => (WIDTH * (Date.parse(time) - start)) / span;
  const { duration } = quantities();
  return (
    <section aria-labelledby="course-title">
      <h3 id="course-title">{say('dry.timeline')}</h3>
      <p class="soft">{say('dry.timeline.text', { time: sayTime(from).text })}</p>
      <table class="course">
        <thead>
          <tr>
            <th scope="col" class="course-name">
              {say('dry.wave')}
            </th>
            <th scope="col">{say('dry.course')}</th>
            <th scope="col" class="course-ends">
              {say('dry.ends')}
            </th>
          </tr>
        </thead>
        <tbody>
          {windows !== null && (
            <tr>
              <th scope="row">{say('dry.windows')}</th>
              <td>
                <Track
                  bars={windows.map(({ opens, closes }) => [
                    'open',
                    at(opens),
                    closes === null ? WIDTH : at(closes),
                  ])}
                />
              </td>
              <td>{windows.length > 0 && <Time at={windows.at(-1)!.closes} />}</td>
            </tr>
          )}
          {waves.map(({ name, steps, from: begins, p50, p90, soak }) => (
            <tr key={name}>
              <th scope="row">
                {name} <small class="soft">{say('plans.steps', { count: steps })}</small>
              </th>
              <td>
                <Track
                  bars={[
                    ['late', at(p50), at(p90)],
                    ['likely', at(begins), at(p50)],
                    ...(soak > 0 ? [['soaks', at(p50), at(p50) + (WIDTH * soak) / span] as const] : []),
                  ]}
                />
              </td>
              <td>
                <Time at={p50} /> – <Time at={p90} />
                {soak > 0 && <small class="soft">{say('dry.soak', { time: duration(soak) })}</small>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {hasMoreWindows && <p class="soft">{say('dry.moreWindows')}</p>}
    </section>
  );
}

function Track({ bars }: { bars: readonly (readonly [kind: string, from: number, to: number])[] }) {
  return (
    <svg viewBox={`0 0 ${WIDTH} 14`} preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" y="6" width={WIDTH} height="2" />
      {bars.map(([kind, from, to], index) => (
        <rect
          key={index}
          class={kind}
          x={Math.min(from, WIDTH - LEAST)}
          y={kind === 'soaks' ? 5 : 1}
          width={Math.max(LEAST, Math.min(to, WIDTH) - from)}
          height={kind === 'soaks' ? 4 : 12}
        />
      ))}
    </svg>
  );
}
