/** The days of a week or a month, each with its windows, freezes and due times. On a narrow screen it is a list. */
import type { CalendarEvent, CalendarView, DayContent } from '../../../api/schedule.ts';
import { say, sayMessage } from '../../language.ts';
import { waitingPath } from '../../parts/paths.ts';
import { DueBadge } from './due-plan.tsx';
import { EVENT_TONES } from './event-tones.ts';
import { dayName, momentIn, monthName, timeIn } from './in-zone.ts';

/** How many events a day of a month shows. Its week has all. */
const MOST_OF_DAY = 4;

/** @param pages the addresses of plans by their names. */
export function Calendar({
  calendar,
  hasScheduler,
  pages,
}: {
  calendar: CalendarView;
  hasScheduler: boolean;
  pages: ReadonlyMap<string, string>;
}) {
  const { view, days, date, more, zone } = calendar;
  const [first, last] = [days[0]!, days.at(-1)!];
  const title =
    view === 'month' ? monthName(date) : `${dayName(first.date, true)} – ${dayName(last.date, true)}`;
  return (
    <section aria-labelledby="calendar">
      <h2 id="calendar">{title}</h2>
      <p class="soft">{say('schedule.in-zone', { zone })}</p>
      <ol class={`calendar ${view}`}>
        {days.map((day) => (
          <Day key={day.date} {...{ day, calendar, hasScheduler, pages }} />
        ))}
      </ol>
      {more > 0 && <p class="warn">{say('schedule.more', { count: more })}</p>}
      <Legend />
    </section>
  );
}

function Day({
  day,
  calendar,
  hasScheduler,
  pages,
}: {
  day: DayContent;
  calendar: CalendarView;
  hasScheduler: boolean;
  pages: ReadonlyMap<string, string>;
}) {
  const { view, events, spans, today, date, zone } = calendar;
  const isOutside = view === 'month' && day.date.slice(0, 7) !== date.slice(0, 7);
  const isFrozen = day.spans.some(
    ({ span, from, to }) => spans[span]!.kind !== 'window' && from === day.from && to === day.to,
  );
  const shown = view === 'month' ? day.events.slice(0, MOST_OF_DAY) : day.events;
  const classes = ['day', isOutside && 'outside', isFrozen && 'frozen', day.date === today && 'today'];
  const isEmpty = day.spans.length === 0 && day.events.length === 0;
  return (
    <li
      class={[...classes, isEmpty && 'empty-day'].filter(Boolean).join(' ')}
      aria-current={day.date === today ? 'date' : undefined}
    >
      <h3>{dayName(day.date)}</h3>
      <ul>
        {day.spans.map((one) => (
          <Span key={`${one.span} ${one.from}`} part={one} day={day} calendar={calendar} />
        ))}
        {shown.map((n) => (
          <Event
            key={`${events[n]!.plan} ${events[n]!.at}`}
            event={events[n]!}
            zone={zone}
            hasScheduler={hasScheduler}
            page={pages.get(events[n]!.plan) ?? null}
          />
        ))}
      </ul>
      {shown.length < day.events.length && (
        <a href={weekPath(day.date, zone)}>
          {say('schedule.day.more', { count: day.events.length - shown.length })}
        </a>
      )}
    </li>
  );
}

function weekPath(date: string, zone: string): string {
  return `/schedule?${new URLSearchParams({ date, zone })}`;
}

function Span({
  part,
  day,
  calendar: { spans, waiting, zone },
}: {
  part: DayContent['spans'][number];
  day: DayContent;
  calendar: CalendarView;
}) {
  const span = spans[part.span]!;
  const isWhole = part.from === day.from && part.to === day.to;
  const end = part.to === day.to ? '24:00' : timeIn(part.to, zone);
  const time = isWhole ? say('schedule.whole-day') : `${timeIn(part.from, zone)}–${end}`;
  const title = span.kind === 'freeze' ? (span.title ?? '') : '';
  return (
    <li
      class={`span ${span.kind}`}
      title={`${momentIn(span.from, zone)} – ${span.to === null ? '…' : momentIn(span.to, zone)}`}
    >
      <span class="kind">{say(`span.${span.kind}`)}</span> {time} <span>{title}</span>
      <small class="soft">{span.plans.join(say('list'))}</small>
      {span.waiting
        .map((at) => waiting[at]!)
        .map((one) => (
          <small key={one.run?.id ?? one.file}>
            <a href={waitingPath(one)}>{one.plan}</a> <span class="soft">{say(`waits.${one.kind}`)}</span>
          </small>
        ))}
    </li>
  );
}

/** @param page the address of its plan; null: it has none. */
function Event({
  event,
  zone,
  hasScheduler,
  page,
}: {
  event: CalendarEvent;
  zone: string;
  hasScheduler: boolean;
  page: string | null;
}) {
  const { at, title, does, state, message, exitCode, run, opensAt, before } = event;
  const utc = `${at.slice(0, 16).replace('T', ' ')} UTC`;
  const address = run === null ? page : `/runs/${encodeURIComponent(run)}`;
  return (
    <li class={`event tone-${EVENT_TONES[state]}`}>
      <time dateTime={at} title={utc}>
        {timeIn(at, zone)}
      </time>{' '}
      {address === null ? <strong>{title}</strong> : <a href={address}>{title}</a>}{' '}
      <DueBadge state={state} hasScheduler={hasScheduler} />
      {does === 'dry-run' && <small class="soft">{say('schedule.does.dry-run')}</small>}
      {event.isRequested && <small class="soft">{say('schedule.requested')}</small>}
      {message && (
        <small>
          {exitCode !== null && exitCode !== 0 && `${say('runs.exit')} ${exitCode}: `}
          {sayMessage(message)}
        </small>
      )}
      {before > 0 && <small>{say('schedule.before', { count: before })}</small>}
      {opensAt !== null && (
        <small class="warn">
          {opensAt === 'never'
            ? say('event.opens.never')
            : say('event.opens', { time: momentIn(opensAt, zone) })}
        </small>
      )}
    </li>
  );
}

function Legend() {
  return (
    <ul class="legend" aria-label={say('schedule.legend')}>
      {(['window', 'freeze', 'not-known'] as const).map((kind) => (
        <li key={kind} class={`span ${kind}`}>
          {say(`span.${kind}`)}: <span class="soft">{say(`span.${kind}.text`)}</span>
        </li>
      ))}
    </ul>
  );
}
