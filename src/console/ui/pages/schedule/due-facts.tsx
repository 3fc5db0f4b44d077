/** What a plan on schedule will do, in words: who reads it knows what to tell others, without reading the plan. */
import type { ComponentChildren } from 'preact';
import type { NeededApproval, PlanFacts } from '../../../../operations/reviews/plan-facts.ts';
import { permits } from '../../../api/roles.ts';
import type { DueFacts, DuePlan } from '../../../api/schedule.ts';
import type { Person } from '../../../api/session.ts';
import { quantities, say, sayMonths, sayTime } from '../../language.ts';
import type { WordId } from '../../words/en.ts';
import { dueSentence } from './due-sentence.ts';
import { momentIn } from './in-zone.ts';

/** When and whether it starts. */
export interface DueState {
  readonly does: 'run' | 'dry-run' | null;
  readonly enabled: boolean;
  readonly hasScheduler: boolean;
}

interface Shown {
  readonly plan: DuePlan;
  readonly state: DueState;
  readonly person: Person;
  /** Of the times; absent: that of the browser. */
  readonly zone?: string | undefined;
}

/** @param zone of its times; absent: that of the browser. */
export function DueFactsView(shown: Shown) {
  const { facts } = shown.plan;
  if (facts === null) return <p class="soft due-facts">{say('due.later')}</p>;
  if (facts.state === 'planning') return <p class="soft due-facts">{say('due.planning')}</p>;
  if (facts.state === 'unknown') return <p class="warn due-facts">{say('due.unknown')}</p>;
  if (facts.state === 'failed')
    return (
      <p class="warn due-facts">
        {say('due.failed', { message: facts.message })} {facts.fix}
      </p>
    );
  return <Known {...shown} known={facts} />;
}

type KnownFacts = Extract<DueFacts, { state: 'known' }>;

function Known({ known, ...shown }: Shown & { known: KnownFacts }) {
  const { facts } = known;
  return (
    <div class="due-facts">
      <p class="due-sentence">{dueSentence(facts, { say, show: quantities() })}</p>
      <First facts={facts} plan={shown.plan} />
      <Answers known={known} {...shown} />
    </div>
  );
}

type AnswerName = 'due.starts' | 'due.approval' | 'due.cost' | 'due.takes' | 'due.asOf';

/** Some of the answers about a plan; nothing while they are not known. */
export function DueAnswers({ only, ...shown }: Shown & { only: readonly AnswerName[] }) {
  const { facts } = shown.plan;
  return facts?.state === 'known' ? <Answers known={facts} only={only} {...shown} /> : null;
}

/** What a plan does in one sentence, and whether it starts: for a row of a list. */
export function DueLine({ plan, ...shown }: Shown) {
  const { facts } = plan;
  if (facts?.state !== 'known') return <DueFactsView plan={plan} {...shown} />;
  return (
    <div class="due-facts">
      <p class="due-sentence">{dueSentence(facts.facts, { say, show: quantities() })}</p>
      <Answers
        known={facts}
        plan={plan}
        {...shown}
        only={['due.starts', 'due.approval', 'due.cost', 'due.asOf']}
      />
    </div>
  );
}

function Answers({ known, only, ...shown }: Shown & { known: KnownFacts; only?: readonly AnswerName[] }) {
  const { facts } = known;
  const has = (name: AnswerName) => only === undefined || only.includes(name);
  return (
    <dl class="due-answers">
      {has('due.starts') && <Answer name="due.starts">{say(startOf(known, shown))}</Answer>}
      {has('due.approval') && (
        <Answer name="due.approval">
          <WhoApproves {...known} />
        </Answer>
      )}
      {has('due.cost') && (
        <Answer name="due.cost">
          <Cost {...shown} known={known} />
        </Answer>
      )}
      {has('due.takes') && facts.takes !== null && <Answer name="due.takes">{sayTakes(facts.takes)}</Answer>}
      {has('due.asOf') && (
        <Answer name="due.asOf">
          <AsOf known={known} zone={shown.zone} />
        </Answer>
      )}
    </dl>
  );
}

const Answer = ({ name, children }: { name: WordId; children: ComponentChildren }) => (
  <div>
    <dt>{say(name)}</dt>
    <dd>{children}</dd>
  </div>
);

function sayTakes({ p50, p90 }: NonNullable<PlanFacts['takes']>): string {
  const { duration } = quantities();
  return say('due.takes.text', { p50: duration(p50 * 1_000), p90: duration(p90 * 1_000) });
}

/** The first changes by name, and the way to all of them. */
function First({ facts: { first, instances }, plan: { name, page } }: { facts: PlanFacts; plan: DuePlan }) {
  if (first.length === 0) return null;
  const { size } = quantities();
  const path = `/${page === 'review' ? 'reviews' : 'plans'}/${encodeURIComponent(name)}`;
  return (
    <ul class="due-first" aria-label={say('due.first')}>
      {first.map(({ instance, name: called, from, to }) => (
        <li key={instance}>
          <strong>{called}</strong> <code>{instance}</code>{' '}
          <span class="size">
            {size(from)} → {size(to)}
          </span>
        </li>
      ))}
      {page !== null && (
        <li>
          <a href={`${path}#changes`}>{say('due.all', { count: quantities().count(instances) })}</a>
        </li>
      )}
      {page === null && instances > first.length && (
        <li>{say('due.rest', { count: quantities().count(instances - first.length) })}</li>
      )}
    </ul>
  );
}

/** Whether the plan starts when it is due. The first reason against it counts. */
function startOf({ facts, stage }: KnownFacts, { plan, state }: Shown): WordId {
  if (!state.hasScheduler) return 'due.starts.no-scheduler';
  if (!state.enabled) return 'due.starts.disabled';
  if (state.does === 'dry-run') return 'due.starts.dry-run';
  if (facts.verdict === 'blocked') return 'due.starts.blocked';
  if (stage === 'declined' || stage === 'expired' || stage === 'refused') return `due.starts.${stage}`;
  const isOpen = facts.approvals.some(({ wave, need, have }) => wave === null && have < need);
  if (!isOpen) return 'due.starts.yes';
  if (stage !== null) return 'due.starts.unapproved';
  // A run of a store waits by itself.
  return plan.page === null ? 'due.starts.waits' : 'due.starts.approval';
}

function WhoApproves({ facts: { approvals } }: KnownFacts) {
  if (approvals.length === 0) return <>{say('due.approval.nobody')}</>;
  const open = approvals.filter(({ need, have }) => have < need);
  if (open.length === 0) return <>{say('due.approval.met')}</>;
  return (
    <>
      {open.map((one, at) => (
        <span key={at} class="due-line">
          {one.wave === null
            ? sayNames(one)
            : say('due.approval.wave', { wave: one.wave, text: sayNames(one) })}
        </span>
      ))}
    </>
  );
}

function sayNames({ names, need, have }: NeededApproval): string {
  if (names.length === 0) return say('due.approval.left');
  const said = names.join(say('list'));
  return names.length === need - have
    ? say('due.approval.all', { names: said })
    : say('due.approval.some', { need: need - have, names: said });
}

function Cost({ plan: { name, page }, known: { facts, from }, person }: Shown & { known: KnownFacts }) {
  const { prices, steps } = facts;
  if (steps === 0) return <>{say('due.cost.nothing')}</>;
  if (prices !== null)
    return (
      <>
        {quantities().quotes(prices.sums)}
        {prices.unpriced > 0 && ` ${say('due.cost.unpriced', { count: prices.unpriced })}`}
        {prices.sums.some(({ basis }) => basis === 'hourly') && (
          <small class="soft"> {say('due.cost.hourly')}</small>
        )}
        {prices.months.length > 0 && (
          <span class="due-line">{say('due.cost.months', { text: sayMonths(prices.months) })}</span>
        )}
      </>
    );
  const mayAsk = page === 'plan' && permits(person.roles, 'plan');
  return (
    <>
      {say(from === 'saved' ? 'due.cost.saved' : 'due.cost.none')}{' '}
      {mayAsk && <a href={`/plans/${encodeURIComponent(name)}?dry=now&prices=1`}>{say('due.cost.ask')}</a>}
    </>
  );
}

function AsOf({ known: { facts, from }, zone }: { known: KnownFacts; zone: string | undefined }) {
  const { source, readAt } = facts.inventory;
  const { text, utc } = sayTime(readAt);
  const time = zone === undefined ? text : momentIn(readAt, zone);
  const isLive = from !== 'saved' && source === 'live';
  return (
    <span title={utc}>
      {say(from === 'saved' ? 'due.asOf.saved' : isLive ? 'due.asOf.live' : 'due.asOf.inventory', {
        ...{ source, time },
      })}
    </span>
  );
}
