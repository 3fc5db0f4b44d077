/** The start page: what runs, what waits for whom, what failed, what comes next, and money. */
import { useEffect, useMemo } from 'preact/hooks';
import { OUTCOMES } from '../../../../model.ts';
import type { FailedRun, RunningRun } from '../../../../operations/overview/overview.ts';
import type { OverviewView } from '../../../api/overview.ts';
import { Refused } from '../../client.ts';
import { quantities, say, sayBills, sayMessage, sayMonth, sayTime } from '../../language.ts';
import { Amounts } from '../../parts/amounts.tsx';
import { type Live, openLiveValue } from '../../parts/live.ts';
import { usePageTitle } from '../../parts/page-title.ts';
import { Bar, OutcomeBadge, Problem, Time } from '../../parts/parts.tsx';
import { runPath } from '../../parts/paths.ts';
import { RunBadge } from '../../parts/run-badge.tsx';
import type { PageProps } from '../page.ts';
import { Card } from './card.tsx';
import './overview.css';
import { Waiting } from './waiting.tsx';
import { Week } from './week.tsx';

export function OverviewPage({ person }: PageProps) {
  usePageTitle(say('overview.title'));
  const live = useMemo(() => openLiveValue<OverviewView>('/overview'), []);
  useEffect(() => live.close, [live]);
  const now = live.state.value;
  if (now === undefined) return <p class="loading" aria-busy="true" />;
  if (now instanceof Refused) return <Problem error={now} />;
  return <Overview now={now} person={person} />;
}

function Overview({ now, person }: { now: Live<OverviewView> } & Pick<PageProps, 'person'>) {
  const { value } = now;
  return (
    <article class="overview">
      <div class="title">
        <h1>{say('overview.title')}</h1>
        <Freshness now={now} />
      </div>
      <div class="cards">
        <Running runs={value.running} />
        <Waiting items={value.waiting} />
        <Failed runs={value.failed} running={new Set(value.running.map(({ id }) => id))} />
        <Week week={value.week} person={person} />
        <Money money={value.money} />
      </div>
      <Counted runs={value.runs} />
    </article>
  );
}

function Freshness({ now }: { now: Live<OverviewView> }) {
  if (!now.isStale && now.fault === null) return null;
  const time = sayTime(new Date(now.heardAt).toISOString()).text;
  return (
    <span class="badge tone-warning" role="status">
      {say('run.stale', { time })} {now.fault}
    </span>
  );
}

/** How many runs the page is about. */
function Counted({ runs: { seen, more, unreadable } }: { runs: OverviewView['runs'] }) {
  return (
    <p class="soft">
      {more > 0 ? say('overview.seen.newest', { seen, more }) : seen > 1 && say('overview.seen', { seen })}
      {unreadable > 0 && (
        <>
          {' '}
          <a href="/runs">{say('overview.unreadable', { count: unreadable })}</a>
        </>
      )}
    </p>
  );
}

function Running({ runs }: { runs: readonly RunningRun[] }) {
  return (
    <Card id="running" title={say('overview.running')} count={runs.length}>
      {runs.length === 0 ? (
        <p class="soft">
          {say('overview.running.none')} <a href="/runs">{say('overview.running.all')}</a>
        </p>
      ) : (
        <ul class="items">
          {runs.map((run) => (
            <RunningItem key={run.id} run={run} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function RunningItem({ run }: { run: RunningRun }) {
  const { steps, outcomes, wave, rate, timeLeft } = run;
  const { duration } = quantities();
  const failed = OUTCOMES.filter((one) => one !== 'verified' && one !== 'not-run' && outcomes[one] > 0);
  return (
    <li>
      <div class="line">
        <a href={runPath(run.id)}>{run.plan}</a>
        <span class="soft">{run.change}</span>
        <span class="end">
          {steps.ended} / {steps.of}
        </span>
      </div>
      <Bar
        label={`${say('run.steps')} ${steps.ended} / ${steps.of}`}
        of={steps.of}
        parts={[...OUTCOMES.map((one) => [one, outcomes[one]] as const), ['live', steps.inProgress]]}
      />
      <p class="soft facts-line">
        {wave && <span>{say('overview.wave', wave)}</span>}
        <span>{say('overview.inFlight', { count: steps.inProgress })}</span>
        <span>{say('overview.rate', { rate: rate.orders.toFixed(1) })}</span>
        {timeLeft !== null && (
          <span>
            {say('run.left.about', { time: duration(Math.max(1_000, Math.round(timeLeft / 1_000) * 1_000)) })}
          </span>
        )}
        {failed.map((one) => (
          <span key={one} class={`tone-${one} toned`}>
            {outcomes[one]} {say(`outcome.${one}`)}
          </span>
        ))}
        {run.condition?.kind === 'soaking' && (
          <span>
            {say('condition.soaking', { time: sayTime(new Date(run.condition.until).toISOString()).text })}
          </span>
        )}
      </p>
    </li>
  );
}

function Failed({ runs, running }: { runs: readonly FailedRun[]; running: ReadonlySet<string> }) {
  return (
    <Card id="failed" title={say('overview.failed')} count={runs.length}>
      {runs.length === 0 ? (
        <p class="soft">{say('overview.failed.none')}</p>
      ) : (
        <ul class="items">
          {runs.map((run) => (
            <li key={run.id}>
              <div class="line">
                <a href={runPath(run.id)}>{run.plan}</a>
                <span class="soft">{run.change}</span>
                <RunBadge
                  outcomes={run.outcomes}
                  word={running.has(run.id) ? 'status.running' : 'status.not-all-verified'}
                  tone={running.has(run.id) ? 'live' : 'warning'}
                  isOver={!running.has(run.id)}
                />
                <span class="end soft">
                  <Time at={run.at} />
                </span>
              </div>
              {run.stopped && <p class="reason">{sayMessage(run.stopped)}</p>}
              {run.groups.map((group) => (
                <Group key={`${group.outcome} ${group.code}`} group={group} run={run.id} />
              ))}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** Steps that failed for one reason. Where their words differ, each has its own. */
function Group({ group, run }: { group: FailedRun['groups'][number]; run: string }) {
  const { outcome, code, count, steps, message } = group;
  const reasons = new Map(steps.map((step) => [step.instance, sayMessage(step.message)]));
  const isOne = new Set(reasons.values()).size <= 1;
  return (
    <div class="reason">
      <a href={`${runPath(run)}?outcome=${outcome}`}>
        <OutcomeBadge outcome={outcome} />
      </a>{' '}
      {count > 1 && <strong>{count} × </strong>}
      {isOne &&
        steps.map(({ instance, name }, at) => (
          <span key={instance}>
            {at > 0 && ', '}
            <code>{instance}</code> {name}
          </span>
        ))}
      {isOne && count > steps.length && ' …'}
      {code && (
        <>
          {' '}
          <code>{code}</code>
        </>
      )}
      {isOne ? (
        <p>{reasons.get(steps[0]?.instance ?? '') ?? sayMessage(message)}</p>
      ) : (
        steps.map(({ instance, name }) => (
          <p key={instance}>
            <code>{instance}</code> {name}: {reasons.get(instance)}
          </p>
        ))
      )}
    </div>
  );
}

function Money({ money }: { money: OverviewView['money'] }) {
  const { month, runs, orders, quoted, billed, bills, unpriced } = money;
  const show = quantities();
  return (
    <Card id="money" title={say('overview.money')}>
      {orders === 0 ? (
        <p class="soft">{say('overview.money.none', { month: sayMonth(month) })}</p>
      ) : (
        <>
          <dl class="facts">
            {quoted.map((sum) => (
              <div class="fact" key={`${sum.currency} ${sum.basis}`}>
                <dt>{say(`overview.money.${sum.basis}`)}</dt>
                <dd>{show.money(sum.amount, sum.currency)}</dd>
              </div>
            ))}
            <div class="fact wide">
              <dt>{say('overview.money.billed')}</dt>
              <dd>
                <Amounts text={sayBills(billed, bills)} />
              </dd>
            </div>
          </dl>
          <p class="soft">
            {say('overview.money.counts', { orders, runs, month: sayMonth(month) })}{' '}
            {quoted.some(({ basis }) => basis === 'hourly') && say('overview.money.hourly.about')}{' '}
            {unpriced > 0 && say('overview.money.unpriced', { count: unpriced, orders })}
          </p>
        </>
      )}
    </Card>
  );
}
