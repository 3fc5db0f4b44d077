/** The plans of the schedule: when they are due, how they ended, and what a person can do with them. */
import { useSignal } from '@preact/signals';
import { permits } from '../../../api/roles.ts';
import type { RunNowAnswer, ScheduleRow } from '../../../api/schedule.ts';
import type { Person } from '../../../api/session.ts';
import { post, Refused } from '../../client.ts';
import { say, sayMessage } from '../../language.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Badge } from '../../parts/parts.tsx';
import { refusalText, sayRefusal } from '../../parts/say-refusal.ts';
import { WhatItDoes } from './due-plan.tsx';
import { EVENT_TONES } from './event-tones.ts';
import { momentIn } from './in-zone.ts';
import { sayCron } from './say-cron.ts';

type Action = 'enable' | 'disable' | 'run';

/** @param shownAbove the plan whose facts the page shows already. */
export function Plans({
  rows,
  zone,
  hasScheduler,
  shownAbove,
  person,
  onChange,
}: {
  rows: readonly ScheduleRow[];
  zone: string;
  hasScheduler: boolean;
  shownAbove: string | null;
  person: Person;
  onChange: () => void;
}) {
  const asked = useSignal<{ readonly row: ScheduleRow; readonly action: Action } | null>(null);
  const answer = useSignal<string | null>(null);
  const scheduled = rows.filter(({ title }) => title !== null);
  const others = rows.filter(({ title }) => title === null);
  const act = async (row: ScheduleRow, action: Action): Promise<void> => {
    asked.value = null;
    const path = `/schedule/${encodeURIComponent(row.name)}`;
    try {
      if (action === 'run') {
        answer.value = say('schedule.run.asked', { plan: row.name });
        const { accepted, message } = await post<RunNowAnswer>(`${path}/run`, {});
        answer.value = accepted
          ? say('schedule.run.starts', { plan: row.name })
          : `${say('schedule.run.refused', { plan: row.name })} ${message === null ? '' : sayMessage(message)}`;
      } else {
        await post(`${path}/switch`, { enabled: action === 'enable' });
        answer.value = say(`schedule.${action}.done`, { plan: row.name });
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      answer.value = refusalText(error);
    }
    onChange();
  };
  return (
    <section aria-labelledby="plans">
      <h2 id="plans">{say('schedule.plans')}</h2>
      <p role="status">{answer.value}</p>
      {scheduled.length === 0 && (
        <p class="soft">
          {say('schedule.plans.none')}{' '}
          <code>schedule: {'{ cron: "30 1 * * Tue", timezone: UTC, does: dry-run }'}</code>
        </p>
      )}
      <ul class="plans">
        {scheduled.map((row) => (
          <Row
            key={row.name}
            row={row}
            zone={zone}
            hasScheduler={hasScheduler}
            isShownAbove={row.name === shownAbove}
            person={person}
            onAsk={(action) => {
              asked.value = { row, action };
            }}
          />
        ))}
      </ul>
      {others.length > 0 && (
        <details>
          <summary>{say('schedule.others', { count: others.length })}</summary>
          <ul>
            {others.map(({ name, problem }) => (
              <li key={name}>
                <code>{name}</code>: <WhyNot problem={problem} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {asked.value && (
        <Dialog
          title={say(`schedule.${asked.value.action}.ask`, { plan: asked.value.row.name })}
          action={say(`schedule.${asked.value.action}`)}
          isDangerous={asked.value.action === 'run'}
          onAct={() => void act(asked.value!.row, asked.value!.action)}
          onClose={() => {
            asked.value = null;
          }}
        >
          <p>{say(effectOf(asked.value.action, asked.value.row))}</p>
        </Dialog>
      )}
    </section>
  );
}

/** Why a file has no due time, and what changes that. */
function WhyNot({ problem }: Pick<ScheduleRow, 'problem'>) {
  if (problem === null) return null;
  const { kind } = problem;
  const { message, fix } = sayRefusal(problem);
  if (kind === 'saved-without-schedule') return <>{say('schedule.none.saved')}</>;
  return (
    <>
      {kind === 'other' ? message : say('schedule.none.plan')} <code class="soft">{fix}</code>
    </>
  );
}

function effectOf(action: Action, { does }: ScheduleRow) {
  if (action !== 'run') return `schedule.${action}.effect` as const;
  return does === 'run' ? 'schedule.run.effect' : 'schedule.run.effect.dry';
}

function Row({
  row,
  zone,
  hasScheduler,
  isShownAbove,
  person,
  onAsk,
}: {
  row: ScheduleRow;
  zone: string;
  hasScheduler: boolean;
  isShownAbove: boolean;
  person: Person;
  onAsk: (action: Action) => void;
}) {
  const { name, title, does, when, enabled, problem, next, last } = row;
  const mayControl = permits(person.roles, 'control');
  const reason = mayControl ? undefined : say('schedule.not-permitted');
  const actions = [enabled ? 'disable' : 'enable', 'run'] as const;
  return (
    <li>
      <div class="title">
        <strong>{title}</strong>
        <code>{name}</code>
        {does && <span class="soft">{say(`schedule.does.${does}`)}</span>}
        {!enabled && <Badge tone="skipped" text={say('event.disabled')} />}
        <span class="chips">
          {actions.map((action) => (
            <button
              key={action}
              type="button"
              disabled={!mayControl}
              title={reason}
              onClick={() => onAsk(action)}
            >
              {say(`schedule.${action}`)}
            </button>
          ))}
        </span>
      </div>
      <dl class="facts">
        <div class="fact">
          <dt>{say('schedule.when')}</dt>
          <dd>
            {when?.kind === 'cron' ? (
              <>
                <span title={when.cron}>{sayCron(when.cron) ?? <code>{when.cron}</code>}</span>{' '}
                {when.timezone}
              </>
            ) : (
              when && `${say('schedule.once')} ${momentIn(when.at, zone)}`
            )}
          </dd>
        </div>
        <div class="fact">
          <dt>{say('schedule.next')}</dt>
          <dd>{next === null ? say('schedule.never') : momentIn(next, zone)}</dd>
        </div>
        <div class="fact">
          <dt>{say('schedule.last')}</dt>
          <dd>
            {last === null ? (
              '–'
            ) : (
              <>
                {last.run === null ? (
                  momentIn(last.due, zone)
                ) : (
                  <a href={`/runs/${encodeURIComponent(last.run)}`}>{momentIn(last.due, zone)}</a>
                )}{' '}
                <Badge tone={EVENT_TONES[last.state]} text={say(`event.${last.state}`)} />
                {last.message && <small> {sayMessage(last.message)}</small>}
              </>
            )}
          </dd>
        </div>
      </dl>
      {!isShownAbove && (
        <WhatItDoes plan={row} state={{ does, enabled, hasScheduler }} person={person} zone={zone} />
      )}
      {problem && <p class="warn">{refusalText(problem)}</p>}
    </li>
  );
}
