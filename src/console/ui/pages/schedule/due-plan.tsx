/** What a plan on schedule would do: its targets, its page, and a dry run of today. */
import { permits } from '../../../api/roles.ts';
import type { CalendarEvent, DuePlan } from '../../../api/schedule.ts';
import type { Person } from '../../../api/session.ts';
import { say } from '../../language.ts';
import { Badge, Copy } from '../../parts/parts.tsx';
import { DueFactsView, type DueState } from './due-facts.tsx';
import { EVENT_TONES } from './event-tones.ts';

/** What a plan will do, its links, and the YAML of its targets. @param zone of its times; absent: that of the browser. */
export function WhatItDoes({
  plan,
  state,
  person,
  zone,
}: {
  plan: DuePlan;
  state: DueState;
  person: Person;
  zone?: string;
}) {
  const { name, page, targets } = plan;
  const path = `/${page === 'review' ? 'reviews' : 'plans'}/${encodeURIComponent(name)}`;
  return (
    <div class="what">
      <DueFactsView plan={plan} state={state} person={person} zone={zone} />
      {page !== null && (
        <span class="chips">
          <a class="button" href={path}>
            {say(page === 'review' ? 'schedule.toReview' : 'schedule.toPlan')}
          </a>
          {page === 'plan' && permits(person.roles, 'plan') && (
            <a class="button" href={`${path}?dry=now`} title={say('schedule.dry.about')}>
              {say('schedule.dry')}
            </a>
          )}
        </span>
      )}
      {targets !== null && targets !== '' && (
        <details>
          <summary>{say('due.yaml')}</summary>
          <pre>{targets}</pre>
        </details>
      )}
    </div>
  );
}

/** Nothing starts, and the command that changes it. */
export function NoScheduler({ command }: { command: string }) {
  return (
    <div class="notices no-scheduler" role="status">
      <p>
        <strong>{say('schedule.no-scheduler')}</strong> {say('schedule.no-scheduler.start')}{' '}
        <Copy text={command} />
      </p>
    </div>
  );
}

/** The state of a due time. Without a scheduler, nothing starts then. */
export function DueBadge({ state, hasScheduler }: Pick<CalendarEvent, 'state'> & { hasScheduler: boolean }) {
  const isAlone = !hasScheduler && (state === 'coming' || state === 'continues');
  return isAlone ? (
    <Badge tone="failed" text={say('event.no-scheduler')} />
  ) : (
    <Badge tone={EVENT_TONES[state]} text={say(`event.${state}`)} />
  );
}
