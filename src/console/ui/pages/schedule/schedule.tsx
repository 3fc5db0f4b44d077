/** The calendar of the schedule: due times, windows and freezes in any zone, and what became of them. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { ScheduleView } from '../../../api/schedule.ts';
import type { Person } from '../../../api/session.ts';
import { Refused } from '../../client.ts';
import { quantities, say } from '../../language.ts';
import { usePageTitle } from '../../parts/page-title.ts';
import { Problem } from '../../parts/parts.tsx';
import { usePolled } from '../../parts/polled.ts';
import { RefusalLine } from '../../parts/refusal-line.tsx';
import { query, setQuery } from '../../router.ts';
import type { PageProps } from '../page.ts';
import { Calendar } from './calendar.tsx';
import { DueBadge, NoScheduler, WhatItDoes } from './due-plan.tsx';
import { momentIn } from './in-zone.ts';
import { Plans } from './plans.tsx';
import './schedule.css';

/** How often the schedule is read, milliseconds. */
const READ_EVERY = 5_000;
const SECOND = 1_000;

/** The zone of the browser. */
const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function SchedulePage({ person }: PageProps) {
  usePageTitle(say('schedule.title'));
  const [zone, view, date] = [query('zone') || OWN_ZONE, query('view'), query('date')];
  const asked = new URLSearchParams({ zone, ...(view && { view }), ...(date && { date }) });
  const { now, stale, read } = usePolled<ScheduleView>(`/schedule?${asked}`, READ_EVERY);
  if (now === undefined) return <p class="loading" aria-busy="true" />;
  if (now instanceof Refused) return <Problem error={now} onAgain={() => void read()} />;
  return (
    <>
      <RefusalLine error={stale} />
      <Schedule now={now} person={person} onChange={() => void read()} />
    </>
  );
}

function Schedule({ now, person, onChange }: { now: ScheduleView; person: Person; onChange: () => void }) {
  const { calendar } = now;
  return (
    <article class="schedule">
      <div class="title">
        <h1>{say('schedule.title')}</h1>
        <span class="soft">{now.place}</span>
      </div>
      {!now.hasScheduler && <NoScheduler command={now.startCommand} />}
      <Next now={now} person={person} />
      <Tools now={now} />
      <Calendar calendar={calendar} hasScheduler={now.hasScheduler} pages={pagesOf(now)} />
      <Plans
        rows={now.plans}
        zone={calendar.zone}
        hasScheduler={now.hasScheduler}
        shownAbove={now.next?.plan ?? null}
        person={person}
        onChange={onChange}
      />
    </article>
  );
}

/** The addresses of plans by their names. */
const pagesOf = ({ plans }: ScheduleView): ReadonlyMap<string, string> =>
  new Map(
    plans.flatMap(({ name, page }) =>
      page === null
        ? []
        : [[name, `/${page === 'review' ? 'reviews' : 'plans'}/${encodeURIComponent(name)}`] as const],
    ),
  );

/** What is due next, with a countdown. */
function Next({
  now: { now, next, calendar, plans, hasScheduler },
  person,
}: {
  now: ScheduleView;
  person: Person;
}) {
  const tick = useSignal(Date.now());
  // The clock of the server counts.
  const ahead = useMemo(() => Date.parse(now) - Date.now(), [now]);
  useEffect(() => {
    const timer = setInterval(() => (tick.value = Date.now()), SECOND);
    return () => clearInterval(timer);
  }, []);
  if (next === null) return <p class="next">{say('schedule.next.none')}</p>;
  const left = Math.max(0, Math.round((Date.parse(next.at) - tick.value - ahead) / SECOND) * SECOND);
  const plan = plans.find(({ name }) => name === next.plan);
  return (
    <section class="next-due" aria-label={say('schedule.next')}>
      <p class="next">
        {say('schedule.next')}: <strong>{next.title}</strong>{' '}
        {next.does && <span class="soft">{say(`schedule.does.${next.does}`)}</span>}{' '}
        <time dateTime={next.at}>{momentIn(next.at, calendar.zone)}</time>{' '}
        <strong class="countdown">{say('schedule.next.in', { time: quantities().duration(left) })}</strong>{' '}
        {!hasScheduler && <DueBadge state={next.state} hasScheduler={hasScheduler} />}
      </p>
      {plan && (
        <WhatItDoes
          plan={plan}
          state={{ does: plan.does, enabled: plan.enabled, hasScheduler }}
          person={person}
          zone={calendar.zone}
        />
      )}
    </section>
  );
}

function Tools({ now: { calendar, plans } }: { now: ScheduleView }) {
  const { view, zone, previous, next } = calendar;
  const ofPlans = plans.flatMap(({ when }) =>
    when === null ? [] : when.kind === 'cron' ? [when.timezone] : /\//.test(when.zone) ? [when.zone] : [],
  );
  const first = [...new Set([OWN_ZONE, 'UTC', 'Asia/Shanghai', ...ofPlans, zone])];
  const others = Intl.supportedValuesOf('timeZone').filter((one) => !first.includes(one));
  return (
    <div class="tools calendar-tools">
      <div class="chips" role="group" aria-label={say('schedule.period')}>
        <button type="button" onClick={() => setQuery('date', previous)}>
          ← {say('schedule.previous')}
        </button>
        <button type="button" onClick={() => setQuery('date', '')}>
          {say('schedule.today')}
        </button>
        <button type="button" onClick={() => setQuery('date', next)}>
          {say('schedule.following')} →
        </button>
      </div>
      <div class="chips" role="group" aria-label={say('schedule.view')}>
        {(['week', 'month'] as const).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={view === one}
            onClick={() => setQuery('view', one === 'week' ? '' : one)}
          >
            {say(`schedule.view.${one}`)}
          </button>
        ))}
      </div>
      <label>
        {say('schedule.zone')}
        <select value={zone} onChange={({ currentTarget }) => setQuery('zone', currentTarget.value)}>
          {[first, others].map((zones, at) => (
            <optgroup key={at} label={say(at === 0 ? 'schedule.zones.usual' : 'schedule.zones.all')}>
              {zones.map((one) => (
                <option key={one} value={one} selected={one === zone}>
                  {one === OWN_ZONE ? say('schedule.zone.own', { zone: one }) : one}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
    </div>
  );
}
