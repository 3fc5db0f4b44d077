/** One run: what it does now, what went wrong, and every step. */
import { useEffect, useMemo } from 'preact/hooks';
import { OUTCOMES } from '../../../../model.ts';
import type { RunPicture } from '../../../../operations/picture/run-picture.ts';
import { escapeControls } from '../../../../text.ts';
import type { RunView } from '../../../api/runs.ts';
import type { Person } from '../../../api/session.ts';
import { Refused } from '../../client.ts';
import { quantities, say, sayMessage, sayTime, sayWithFix } from '../../language.ts';
import { roundTime, useNow } from '../../parts/countdown.tsx';
import { usePageTitle } from '../../parts/page-title.ts';
import { Badge, Bar, Copy, Fact, OutcomeBadge, Problem, Time } from '../../parts/parts.tsx';
import { RunBadge } from '../../parts/run-badge.tsx';
import { refusalText } from '../../parts/say-refusal.ts';
import { query, setQuery } from '../../router.ts';
import type { PageProps } from '../page.ts';
import { After } from './after.tsx';
import { RunControls } from './controls.tsx';
import { Failures } from './failures.tsx';
import { GoOn } from './go-on.tsx';
import { RateChart } from './rate-chart.tsx';
import './run.css';
import { exitMeaning } from './exit-meaning.ts';
import { LeftOut } from './left-out.tsx';
import { type LiveRun, openLiveRun } from './live-run.ts';
import { ApprovalQuestion } from './questions.tsx';
import { heldGate, seenState } from './run-model.ts';
import { StepDialog } from './step-dialog.tsx';
import { Steps } from './steps.tsx';
import { Waves } from './waves.tsx';

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
  const { run, steps } = now.value;
  const { picture } = run;
  usePageTitle(picture.name);
  // A step has an address: people send it to each other.
  const open = (at: number): void => setQuery('step', String(at));
  const seen = seenState(run.status, picture.outcomes);
  const isShort = seen.state === 'not all verified';
  const asked = /^\d{1,7}$/.test(query('step')) ? Number(query('step')) : null;
  const opened = asked === null ? undefined : steps.find(({ at }) => at === asked);
  return (
    <article class="run">
      <div class="title">
        <h1>{picture.name}</h1>
        <RunBadge
          outcomes={picture.outcomes}
          word={isShort ? 'status.not-all-verified' : `status.${run.status}`}
          tone={isShort ? 'warning' : TONES[run.status]}
          isOver={run.status === 'ended'}
        />
        <Freshness now={now} />
      </div>
      <p class="soft about">
        {picture.change && <span>{picture.change}</span>}
        {run.startedBy !== null && <span>{say('run.startedBy', { by: run.startedBy })}</span>}
        {run.holder !== null && (
          <span>{say('run.process', { pid: run.holder.pid, host: run.holder.host })}</span>
        )}
        {run.holder === null && run.status !== 'ended' && <span>{say('run.noProcess')}</span>}
        {run.starts > 1 && <span>{say('run.starts', { count: run.starts })}</span>}
        <Copy text={run.id} />
        <Copy text={run.plan.digest} shown={say('run.digest', { digest: run.plan.digest.slice(0, 8) })} />
      </p>
      <Notices now={now} />
      <ApprovalQuestion run={run} person={person} />
      <RunControls run={run} person={person} />
      <GoOn run={run} person={person} />
      <Progress picture={picture} />
      <Failures run={run} steps={steps} person={person} onOpen={open} />
      <Facts picture={picture} run={run} />
      <Waves run={run} />
      <RateChart run={run} />
      <Now run={run} onOpen={(step) => open(steps.findIndex(({ id }) => id === step))} />
      <Steps steps={steps} waves={picture.waves.map(({ name }) => name)} onOpen={open} />
      <LeftOut run={run} />
      <After run={run} person={person} />
      <Events picture={picture} />
      <p class="soft">
        {say('run.next')}: <Copy text={run.next} />
      </p>
      {opened !== undefined && <StepDialog run={run} row={opened} onClose={() => setQuery('step', '')} />}
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
  return now.value.run.holder === null ? null : <span class="badge tone-live pulse">{say('run.live')}</span>;
}

function waitText({ reason, fix, about }: NonNullable<RunView['waiting']>): string {
  return refusalText({ message: reason, fix, about });
}

/** What a person must know first. */
function Notices({ now: { value, fault } }: { now: LiveRun }) {
  const { run } = value;
  const { condition } = run.picture;
  const texts = [
    fault && say('run.fault', { message: fault }),
    run.notTrusted && `${say('run.notTrusted')}: ${sayMessage(run.notTrusted)}`,
    run.stopping && sayWithFix(run.stopping),
    // The question of the gate says why it is paused.
    condition && condition.kind !== 'stopping' && heldGate(run) === null && conditionText(condition),
    run.waiting && waitText(run.waiting),
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

/** How far the run is, and how its steps ended. */
function Progress({ picture: { steps, outcomes } }: { picture: RunPicture }) {
  return (
    <Bar
      label={[
        `${say('run.steps')} ${steps.ended} / ${steps.of}`,
        ...OUTCOMES.filter((one) => outcomes[one] > 0).map(
          (one) => `${outcomes[one]} ${say(`outcome.${one}`)}`,
        ),
      ].join(say('list'))}
      of={steps.of}
      parts={[...OUTCOMES.map((one) => [one, outcomes[one]] as const), ['live', steps.inProgress]]}
    />
  );
}

function Facts({ picture, run }: { picture: RunPicture; run: RunView }) {
  const { steps, outcomes, rate, slots, money, timeLeft, timeLeftReason } = picture;
  const { duration, quotes } = quantities();
  const isOver = run.holder === null;
  return (
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
      {run.endedAt !== null && (
        <Fact name={say('run.endedAt')}>
          <Time at={run.endedAt} />
        </Fact>
      )}
      {run.exitCode !== null && (
        <Fact name={say('runs.exit')} isWide>
          {run.exitCode} <small class="soft">{exitMeaning(run.exitCode)}</small>
        </Fact>
      )}
      {money.planned.length > 0 && (
        <Fact name={say('run.money')} isWide>
          {quotes(money.verified) || '0'}{' '}
          <small class="soft">{say('run.money.planned', { sum: quotes(money.planned) })}</small>
        </Fact>
      )}
    </dl>
  );
}

/** How many changes in flight the page lists. The table has all. */
const MOST_IN_FLIGHT = 6;

/** What the run does and waits for now. */
function Now({ run, onOpen }: { run: RunView; onOpen: (id: string) => void }) {
  const { waits, inFlight } = run.picture;
  const now = useNow();
  if (waits.length === 0 && inFlight.length === 0) return null;
  const { duration } = quantities();
  const since = (at: string): string => duration(roundTime(now - Date.parse(at)));
  return (
    <section aria-labelledby="waits">
      <h2 id="waits">{say('run.now')}</h2>
      <ul class="now">
        {waits.map(({ name, reason, since: start, limit, steps, step }) => (
          <li key={name}>
            {say('run.waits.row', { time: since(start), limit: duration(limit), reason: sayMessage(reason) })}
            <span class="soft">
              {' '}
              {steps === 1 ? step : steps > 1 ? `× ${steps}` : ''} · {say('wave.until')}{' '}
            </span>
            <Time at={new Date(Date.parse(start) + limit).toISOString()} />
          </li>
        ))}
        {inFlight.slice(0, MOST_IN_FLIGHT).map(({ step, instance, name, phase, since: start }) => (
          <li key={step}>
            <Badge tone="live" text={say(`phase.${phase}`)} />{' '}
            <button type="button" class="link" onClick={() => onOpen(step)}>
              <code>{instance}</code>
            </button>{' '}
            {name} {start !== '' && <span class="soft">{say('run.since', { time: since(start) })}</span>}
          </li>
        ))}
        {inFlight.length > MOST_IN_FLIGHT && (
          <li>
            <button type="button" class="link" onClick={() => setQuery('outcome', 'open')}>
              {say('run.now.more', { count: run.picture.slots.taken - MOST_IN_FLIGHT })}
            </button>
          </li>
        )}
      </ul>
    </section>
  );
}

/** A line in the language of the page, with the change in its words too. */
function sayEvent({ text, message, step, outcome }: RunPicture['events'][number]): string {
  if (message === null) return text;
  if (step === null) return sayMessage(message);
  const named = `${step.instance}  ${quantities().change(step.change, step.after, step.nodes)}`;
  if (outcome === 'verified') return `✓ ${escapeControls(named)}`;
  return sayMessage({ ...message, params: { ...message.params, step: named } });
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
          .map((event) => (
            <li key={`${event.at} ${event.text}`}>
              <Time at={event.at} />{' '}
              {event.outcome && event.outcome !== 'verified' && <OutcomeBadge outcome={event.outcome} />}{' '}
              {sayEvent(event)}
            </li>
          ))}
      </ol>
    </section>
  );
}
