/** One run: what it does now, what went wrong, and every step. */
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { OUTCOMES, type Outcome } from '../../../../model.ts';
import type { RunPicture } from '../../../../operations/picture/run-picture.ts';
import type { RunView, StepRow } from '../../../api/runs.ts';
import type { Person } from '../../../api/session.ts';
import { Refused } from '../../client.ts';
import { quantities, say, sayMessage, sayTime, sayWithFix } from '../../language.ts';
import { LongTable } from '../../parts/long-table.tsx';
import { usePageTitle } from '../../parts/page-title.ts';
import { Badge, Bar, Copy, Fact, OutcomeBadge, Problem, Time } from '../../parts/parts.tsx';
import { query, setQuery } from '../../router.ts';
import type { PageProps } from '../page.ts';
import { RunControls } from './controls.tsx';
import { type LiveRun, openLiveRun } from './live-run.ts';
import { StepDialog } from './step-dialog.tsx';

export function RunPage({ person, parts: [id = ''] }: PageProps) {
  const live = useMemo(() => openLiveRun(id), [id]);
  useEffect(() => live.close, [live]);
  const now = live.state.value;
  if (now === undefined) return <p class="loading" aria-busy="true" />;
  if (now instanceof Refused) return <Problem error={now} />;
  return <Run now={now} person={person} />;
}

const TONES: Readonly<Record<RunView['status'], string>> = {
  ...{
    'not-started': 'skipped',
    running: 'live',
    stopping: 'warning',
    paused: 'warning',
    waiting: 'skipped',
  },
  ...{ interrupted: 'failed', ended: 'verified', 'work-left': 'warning' },
};

function Run({ now, person }: { now: LiveRun; person: Person }) {
  const { run, steps } = now;
  const { picture } = run;
  usePageTitle(picture.name);
  return (
    <article class="run">
      <div class="title">
        <h1>{picture.name}</h1>
        <Badge tone={TONES[run.status]} text={say(`status.${run.status}`)} />
        <Freshness now={now} />
      </div>
      <p class="soft about">
        {picture.change && <span>{picture.change}</span>}
        <span>
          {run.holder
            ? say('run.process', { pid: run.holder.pid, host: run.holder.host })
            : say('run.noProcess')}
        </span>
        {run.starts > 1 && <span>{say('run.starts', { count: run.starts })}</span>}
        <Copy text={run.id} />
        <Copy text={run.plan.digest} shown={say('run.digest', { digest: run.plan.digest.slice(0, 8) })} />
      </p>
      <Notices now={now} />
      <RunControls run={run} person={person} />
      <Facts picture={picture} run={run} />
      <Waves picture={picture} />
      <Waits picture={picture} />
      <Failures steps={steps} />
      <Steps steps={steps} waves={picture.waves.map(({ name }) => name)} />
      <Events picture={picture} />
      <p class="soft">
        {say('run.next')}: <Copy text={run.next} />
      </p>
    </article>
  );
}

function Freshness({ now }: { now: LiveRun }) {
  if (now.isStale || now.fault !== null)
    return (
      <span class="badge tone-warning" role="status">
        {say('run.stale', { time: sayTime(new Date(now.heardAt).toISOString()).text })}
      </span>
    );
  return now.run.holder === null ? null : <span class="badge tone-live pulse">{say('run.live')}</span>;
}

/** What a person must know first. */
function Notices({ now: { run, fault } }: { now: LiveRun }) {
  const { condition } = run.picture;
  const texts = [
    fault && say('run.fault', { message: fault }),
    run.notTrusted && `${say('run.notTrusted')}: ${sayMessage(run.notTrusted)}`,
    run.stopping && sayWithFix(run.stopping),
    condition && condition.kind !== 'stopping' && conditionText(condition),
    run.waiting && [run.waiting.reason, run.waiting.fix].filter(Boolean).join(' · '),
  ].filter((text) => typeof text === 'string');
  if (texts.length === 0) return null;
  return (
    <div class="notices" role="status">
      {texts.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </div>
  );
}

function conditionText(condition: NonNullable<RunPicture['condition']>): string {
  switch (condition.kind) {
    case 'stopping':
      return say('condition.stopping', condition);
    case 'paused':
      return say('condition.paused', { by: condition.by, time: sayTime(condition.since).text });
    case 'slowed':
      return say('condition.slowed');
    case 'soaking':
      return say('condition.soaking', { time: sayTime(new Date(condition.until).toISOString()).text });
  }
}

function Facts({ picture, run }: { picture: RunPicture; run: RunView }) {
  const { steps, outcomes, rate, slots, money, timeLeft, timeLeftReason } = picture;
  const { duration, quotes } = quantities();
  const isOver = run.holder === null;
  return (
    <>
      <Bar
        label={[
          `${say('run.steps')} ${steps.ended} / ${steps.of}`,
          ...OUTCOMES.filter((one) => outcomes[one] > 0).map(
            (one) => `${outcomes[one]} ${say(`outcome.${one}`)}`,
          ),
        ].join(', ')}
        of={steps.of}
        parts={[...OUTCOMES.map((one) => [one, outcomes[one]] as const), ['live', steps.inProgress]]}
      />
      <dl class="facts">
        <Fact name={say('run.steps')}>
          {steps.ended} / {steps.of}
        </Fact>
        {OUTCOMES.filter((one) => outcomes[one] > 0).map((one) => (
          <Fact key={one} name={say(`outcome.${one}`)}>
            {outcomes[one]}
          </Fact>
        ))}
        {!isOver && (
          <>
            <Fact name={say('run.inFlight')}>
              {slots.taken} / {slots.now}
            </Fact>
            <Fact name={say('run.rate')}>
              {rate.orders.toFixed(1)}{' '}
              <small class="soft">{say('run.rate.of', { limit: rate.limit.now })}</small>
            </Fact>
            <Fact name={say('run.left')}>
              {timeLeft === null
                ? say('run.left.unknown')
                : timeLeftReason === null
                  ? say('run.left.about', { time: duration(roundTime(timeLeft)) })
                  : say('run.left.atLeast', {
                      time: duration(roundTime(timeLeft)),
                      reason: sayMessage(timeLeftReason),
                    })}
            </Fact>
          </>
        )}
        <Fact name={say('run.startedAt')}>
          <Time at={run.startedAt} />
        </Fact>
        <Fact name={say('run.endedAt')}>
          <Time at={run.endedAt} />
        </Fact>
        {money.planned.length > 0 && (
          <Fact name={say('run.money')}>
            {quotes(money.verified) || '0'}{' '}
            <small class="soft">{say('run.money.planned', { sum: quotes(money.planned) })}</small>
          </Fact>
        )}
      </dl>
    </>
  );
}

/** A time that changes all the time is easier to read in whole seconds. */
const roundTime = (ms: number): number => Math.max(1_000, Math.round(ms / 1_000) * 1_000);

function Waves({ picture: { waves } }: { picture: RunPicture }) {
  if (waves.length < 2) return null;
  return (
    <section aria-labelledby="waves">
      <h2 id="waves">{say('run.waves')}</h2>
      <ol class="waves">
        {waves.map(({ name, steps, ended, notVerified, inProgress, status }, at) => (
          <li
            key={at}
            class={`wave ${status}`}
            aria-current={status === 'running' || status === 'soaking' ? 'step' : undefined}
          >
            <strong>{name}</strong>
            <span class="soft">
              {say(`wave.${status}`)} · {ended} / {steps}
            </span>
            <Bar
              label={`${ended} / ${steps}`}
              of={steps}
              parts={[
                ['verified', ended - notVerified],
                ['failed', notVerified],
                ['live', inProgress],
              ]}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Waits({ picture: { waits } }: { picture: RunPicture }) {
  if (waits.length === 0) return null;
  const { duration } = quantities();
  return (
    <section aria-labelledby="waits">
      <h2 id="waits">{say('run.waits')}</h2>
      <ul>
        {waits.map(({ name, reason, since, limit, steps, step }) => (
          <li key={name}>
            {say('run.waits.row', {
              time: duration(roundTime(Date.now() - Date.parse(since))),
              limit: duration(limit),
              reason: sayMessage(reason),
            })}
            <span class="soft"> {steps === 1 ? step : steps > 1 ? `× ${steps}` : ''}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const isFailure = ({ outcome }: StepRow): boolean =>
  outcome !== null && outcome !== 'verified' && outcome !== 'not-run';

/** How many failures the page lists. The table has all. */
const MOST_FAILURES = 20;

function Failures({ steps }: { steps: readonly StepRow[] }) {
  const failures = steps.filter(isFailure);
  if (failures.length === 0) return null;
  return (
    <section aria-labelledby="failures">
      <h2 id="failures">
        {say('run.failures')} <span class="soft">{failures.length}</span>
      </h2>
      <ul class="failures">
        {failures.slice(0, MOST_FAILURES).map((row) => (
          <li key={row.id}>
            <OutcomeBadge outcome={row.outcome!} /> <Copy text={row.instance} /> {row.name}
            {row.code && (
              <>
                {' '}
                <code>{row.code}</code>
              </>
            )}
            {row.message && <p>{sayMessage(row.message)}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Steps({ steps, waves }: { steps: readonly StepRow[]; waves: readonly string[] }) {
  const opened = useSignal<number | null>(null);
  const text = query('q').toLowerCase();
  const outcome = query('outcome');
  const rows = steps.filter((row) => isShown(row, text, outcome));
  const counts = new Map<Outcome, number>();
  for (const row of steps)
    if (row.outcome !== null) counts.set(row.outcome, (counts.get(row.outcome) ?? 0) + 1);
  const { change } = quantities();
  return (
    <section aria-labelledby="steps">
      <h2 id="steps">{say('run.steps')}</h2>
      <div class="tools">
        <label>
          {say('run.filter')}
          <input
            type="search"
            value={query('q')}
            placeholder={say('run.filter.placeholder')}
            onInput={({ currentTarget }) => setQuery('q', currentTarget.value)}
            onKeyDown={(event) => event.key === 'Escape' && setQuery('q', '')}
          />
        </label>
        <div class="chips" role="group" aria-label={say('runs.outcome')}>
          {['', ...OUTCOMES.filter((one) => counts.has(one))].map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={outcome === one}
              onClick={() => setQuery('outcome', one)}
            >
              {one === '' ? say('run.all') : say(`outcome.${one as Outcome}`)}{' '}
              <span class="soft">{one === '' ? steps.length : counts.get(one as Outcome)}</span>
            </button>
          ))}
        </div>
      </div>
      {rows.length === 0 ? (
        <p class="soft">{say('run.none')}</p>
      ) : (
        <LongTable
          label={say('run.steps')}
          rows={rows}
          keyOf={({ at }) => at}
          onOpen={({ at }) => {
            opened.value = at;
          }}
          columns={[
            {
              id: 'state',
              title: say('run.phase'),
              cell: ({ phase, outcome: ended }) =>
                ended === null ? (
                  <Badge tone={phase === 'waiting' ? 'skipped' : 'live'} text={say(`phase.${phase}`)} />
                ) : (
                  <OutcomeBadge outcome={ended} />
                ),
            },
            {
              id: 'instance',
              title: say('run.instance'),
              cell: ({ instance, name }) => (
                <>
                  <code>{instance}</code> <span class="soft">{name}</span>
                </>
              ),
            },
            { id: 'change', title: say('run.change'), cell: (row) => change(row.change, row.after) },
            { id: 'wave', title: say('run.wave'), cell: ({ wave }) => waves[wave] ?? '' },
            { id: 'order', title: say('run.orders'), cell: ({ orders }) => orders.at(-1) ?? '' },
            { id: 'ended', title: say('run.endedAt'), cell: ({ endedAt }) => <Time at={endedAt} /> },
          ]}
        />
      )}
      {opened.value !== null && steps[opened.value] !== undefined && (
        <StepDialog
          row={steps[opened.value]!}
          onClose={() => {
            opened.value = null;
          }}
        />
      )}
    </section>
  );
}

function isShown(
  { instance, name, code, outcome: ended, orders }: StepRow,
  text: string,
  outcome: string,
): boolean {
  if (outcome !== '' && ended !== outcome) return false;
  if (text === '') return true;
  return [instance, name, code ?? '', ...orders].some((one) => one.toLowerCase().includes(text));
}

/** How many events the page lists. */
const MOST_EVENTS = 12;

function Events({ picture: { events } }: { picture: RunPicture }) {
  if (events.length === 0) return null;
  return (
    <section aria-labelledby="events">
      <h2 id="events">{say('run.events')}</h2>
      <ol class="events">
        {events
          .slice(-MOST_EVENTS)
          .toReversed()
          .map(({ at, text, message, outcome }) => (
            <li key={`${at} ${text}`}>
              <Time at={at} /> {outcome && outcome !== 'verified' && <OutcomeBadge outcome={outcome} />}{' '}
              {message === null || outcome === 'verified' ? text : sayMessage(message)}
            </li>
          ))}
      </ol>
    </section>
  );
}
