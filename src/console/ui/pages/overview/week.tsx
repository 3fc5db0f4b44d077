/** The next seven days of the schedule, a heading for each day, and what went wrong lately. */
import type { ComponentChildren } from 'preact';
import type { OverviewWeek } from '../../../api/overview.ts';
import type { CalendarEvent } from '../../../api/schedule.ts';
import type { Person } from '../../../api/session.ts';
import { say, sayMessage, tag } from '../../language.ts';
import { runPath } from '../../parts/paths.ts';
import { refusalText } from '../../parts/say-refusal.ts';
import { DueBadge, NoScheduler, WhatItDoes } from '../schedule/due-plan.tsx';
import { Card } from './card.tsx';
import '../schedule/schedule.css';

export function Week({ week, person }: { week: OverviewWeek | null; person: Person }) {
  return (
    <Card id="week" title={say('overview.week')}>
      {week === null ? (
        <p class="soft">{say('overview.week.no-schedule')}</p>
      ) : week.fault !== null ? (
        <p class="warn">{refusalText(week.fault)}</p>
      ) : (
        <Days week={week} person={person} />
      )}
    </Card>
  );
}

function Days({
  week: { coming, plans, more, wrong, hasScheduler, startCommand },
  person,
}: {
  week: OverviewWeek;
  person: Person;
}) {
  const shown = new Set<string>();
  const days = Map.groupBy(coming, ({ at }) => dayOf(at));
  return (
    <>
      {!hasScheduler && coming.length > 0 && <NoScheduler command={startCommand} />}
      {coming.length === 0 && <p class="soft">{say('overview.week.none')}</p>}
      {[...days].map(([day, events]) => (
        <div class="day" key={day}>
          <h3>{day}</h3>
          <ul>
            {events.map((event) => {
              const plan = shown.has(event.plan) ? undefined : plans.find(({ name }) => name === event.plan);
              shown.add(event.plan);
              return (
                <Due key={`${event.plan} ${event.at}`} event={event} hasScheduler={hasScheduler}>
                  {plan && (
                    <WhatItDoes
                      plan={plan}
                      state={{ does: event.does, enabled: true, hasScheduler }}
                      person={person}
                    />
                  )}
                </Due>
              );
            })}
          </ul>
        </div>
      ))}
      {more > 0 && <p class="soft">{say('overview.week.more', { count: more })}</p>}
      {wrong.length > 0 && (
        <>
          <h3>{say('overview.week.wrong')}</h3>
          <ul class="wrong">
            {wrong.map((event) => (
              <Due key={`${event.plan} ${event.at}`} event={event} hasScheduler isPast />
            ))}
          </ul>
        </>
      )}
      <p>
        <a href="/schedule">{say('overview.week.all')}</a>
      </p>
    </>
  );
}

function Due({
  event,
  hasScheduler,
  isPast = false,
  children,
}: {
  event: CalendarEvent;
  hasScheduler: boolean;
  isPast?: boolean;
  children?: ComponentChildren;
}) {
  const { at, title, does, state, message, opensAt, run } = event;
  const name = run === null ? title : <a href={runPath(run)}>{title}</a>;
  return (
    <li>
      <time dateTime={at} title={`${at.slice(0, 16).replace('T', ' ')} UTC`}>
        {isPast && `${dayOf(at)} `}
        {timeOf(at)}
      </time>{' '}
      <strong>{name}</strong> {does && <span class="soft">{say(`schedule.does.${does}`)}</span>}{' '}
      {(state !== 'coming' || !hasScheduler) && <DueBadge state={state} hasScheduler={hasScheduler} />}
      {message && <small>{sayMessage(message)}</small>}
      {opensAt !== null && (
        <small class="soft">
          {opensAt === 'never'
            ? say('event.opens.never')
            : say('event.opens', { time: `${dayOf(opensAt)} ${timeOf(opensAt)}` })}
        </small>
      )}
      {children}
    </li>
  );
}

/** `Tuesday, 1 December` in the zone of the browser. */
function dayOf(at: string): string {
  return new Intl.DateTimeFormat(tag(), { weekday: 'long', day: 'numeric', month: 'long' }).format(
    new Date(at),
  );
}

function timeOf(at: string): string {
  return new Intl.DateTimeFormat(tag(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    new Date(at),
  );
}
