/** The review of a saved plan: what it will do, what it costs, who must approve it, and what happens next. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type ReviewAnswer, type ReviewView, shownReview } from '../../../api/reviews.ts';
import { get, Refused } from '../../client.ts';
import { language, say } from '../../language.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { usePageTitle } from '../../parts/page-title.ts';
import { Badge, Copy, Problem, Time } from '../../parts/parts.tsx';
import { path } from '../../router.ts';
import type { PageProps } from '../page.ts';
import { DuePanel } from '../schedule/due-panel.tsx';
import { Approvals } from './approvals.tsx';
import { Changes } from './changes.tsx';
import { Comparison } from './comparison.tsx';
import { DeclineStep, Declines, NextStep } from './next-step.tsx';
import { Blocked, Facts, Findings, findingsBelow, KeyFacts, PlainTable, Waves } from './plan-parts.tsx';
import type { Reviewing } from './reviewing.ts';
import '../plans/plans.css';
import './review.css';

/** How often approvals and declines of others are read, milliseconds. */
const READ_EVERY = 10_000;
/** How often the tables are read, because the likely course begins now. */
const TABLES_EVERY = 300_000;

export function ReviewPage({ person }: PageProps) {
  const base = path();
  const said = language();
  const shown = useSignal<ReviewView | Refused | undefined>(undefined);
  /** A newer seal, while the person looks at an earlier one. */
  const newer = useSignal<ReviewView | null>(null);
  /** The last answer, and what it was about. */
  const latest = useRef<{ readonly of: string; readonly at: number; readonly view: ReviewView } | null>(null);
  const of = `${base}?language=${said}`;
  const read = async (signal?: AbortSignal): Promise<void> => {
    try {
      // The tables of the same plan at the same stage are here already.
      const isKnown = latest.current?.of === of && Date.now() - latest.current.at < TABLES_EVERY;
      const have = isKnown ? latest.current!.view : null;
      const answer = await get<ReviewAnswer>(have === null ? of : `${of}&shown=${shownReview(have)}`, signal);
      const view: ReviewView = { ...answer, page: answer.page ?? have!.page };
      latest.current = { of, at: have === null ? Date.now() : latest.current!.at, view };
      const now = shown.value;
      const isOther = now !== undefined && !(now instanceof Refused) && now.plan.digest !== view.plan.digest;
      if (isOther) newer.value = view;
      else shown.value = view;
    } catch (error) {
      if (!(error instanceof Refused)) return;
      // What was read stays: a console that restarts does not take the plan away.
      if (shown.value === undefined || shown.value instanceof Refused) shown.value = error;
    }
  };
  useEffect(() => {
    const over = new AbortController();
    void read(over.signal);
    const timer = setInterval(() => !document.hidden && void read(over.signal), READ_EVERY);
    return () => {
      clearInterval(timer);
      over.abort();
    };
  }, [base, said]);
  const now = shown.value;
  if (now === undefined) return <p class="loading" aria-busy="true" />;
  if (now instanceof Refused) return <Problem error={now} onAgain={() => void read()} />;
  return (
    <>
      {newer.value !== null && (
        <div class="notices" role="status">
          <p>
            {say('review.stale')}{' '}
            <button
              type="button"
              onClick={() => {
                shown.value = newer.value!;
                newer.value = null;
              }}
            >
              {say('review.stale.show')}
            </button>
          </p>
        </div>
      )}
      <Review view={now} person={person} base={base} onChange={() => read()} />
    </>
  );
}

const TONES: Readonly<Record<ReviewView['stage'], string>> = {
  ...{ declined: 'failed', refused: 'failed', expired: 'warning', unapproved: 'warning' },
  ...{ ready: 'verified', 'no-change': 'skipped' },
};

function Review(reviewing: Reviewing) {
  const { view } = reviewing;
  const { plan, page } = view;
  usePageTitle(say('review.title', { plan: plan.name }));
  const isUrgent = findingsBelow(page).some(({ severity }) => severity === 'error');
  return (
    <article class="review">
      <Title view={view} />
      <Declines {...reviewing} />
      {view.run === null && (
        <DuePanel name={view.file.replace(/^.*\//, '')} person={reviewing.person} isBrief />
      )}
      <div class="review-columns">
        <div class="review-main">
          {isUrgent && <Findings page={page} />}
          <KeyFacts view={view} />
          <section>
            <h2>{say('review.effects')}</h2>
            {page.effects && <PlainTable table={page.effects} />}
          </section>
          <Waves page={page} />
          {page.money && (
            <section>
              <h2>{say('review.money')}</h2>
              <PlainTable table={page.money} />
            </section>
          )}
          <DeclineStep {...reviewing} />
        </div>
        <aside aria-label={say('review.next')}>
          <NextStep {...reviewing} />
          <Approvals {...reviewing} />
        </aside>
      </div>
      <Changes page={page} />
      <Blocked page={page} />
      {!isUrgent && <Findings page={page} />}
      <Comparison base={reviewing.base} />
      <Facts page={page} />
      {page.unchanged && (
        <details>
          <summary>
            {say('review.unchanged')} · {page.unchanged.of}
          </summary>
          <DataTable table={page.unchanged} names={page.names} />
        </details>
      )}
    </article>
  );
}

function Title({
  view: {
    plan,
    stage,
    file,
    run,
    page: { leftOut },
  },
}: Pick<Reviewing, 'view'>) {
  const isOver = Date.parse(plan.expiresAt) < Date.now();
  return (
    <>
      <div class="title">
        <h1>{plan.name}</h1>
        <Badge
          tone={TONES[stage]}
          text={say(`review.stage.${stage}`) + (leftOut > 0 ? say('dry.leftOut', { count: leftOut }) : '')}
        />
      </div>
      <p class="soft about">
        {plan.change && <span>{plan.change}</span>}
        {plan.owner && <span>{plan.owner}</span>}
        <span>{say('review.from', { file: plan.from })}</span>
        <span>
          {say('review.sealed')} <Time at={plan.sealedAt} />
        </span>
        <span class={isOver ? 'warn' : ''}>
          {say(isOver ? 'review.expired' : 'review.expires')} <Time at={plan.expiresAt} />
        </span>
        {run === null ? (
          <Copy text={file} />
        ) : (
          <a href={`/runs/${encodeURIComponent(run)}`}>{say('review.ofRun')}</a>
        )}
        <Copy text={plan.digest} shown={say('run.digest', { digest: plan.digest.slice(0, 8) })} />
      </p>
    </>
  );
}
