/** What a plan does, costs and demands, as the review shows it. */
import type { PageTable, ReviewView, ShownFinding } from '../../../api/reviews.ts';
import { quantities, say } from '../../language.ts';
import { Amounts } from '../../parts/amounts.tsx';
import { Badge, Copy, Fact } from '../../parts/parts.tsx';
import { PlanCourse } from '../plans/plan-course.tsx';

type Page = ReviewView['page'];

/** A table of a report. */
export function PlainTable({ table }: { table: PageTable }) {
  return (
    <>
      <table class="plain cards">
        <thead>
          <tr>
            {table.columns.map(({ id, title, right }) => (
              <th key={id} scope="col" class={right ? 'right' : ''}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, at) => (
            <tr key={at}>
              {row.map((text, column) => {
                const { id, title, right } = table.columns[column]!;
                return (
                  <td key={id} class={right ? 'right' : ''} data-label={title}>
                    <span>
                      <Amounts text={text} />
                    </span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {table.note && <p class="soft">{table.note}</p>}
    </>
  );
}

/** The facts that reviewers look for first. The rest are in `Facts`. */
const FIRST = ['targets', 'cost', 'by month', 'window', 'forecast', 'halts'];

export function KeyFacts({ view: { page, plan } }: { view: ReviewView }) {
  const facts = FIRST.flatMap((id) => page.facts.filter((one) => one.id === id));
  return (
    <section class="key-facts">
      <p class="verdict">{page.sentence}</p>
      <dl class="facts">
        <Fact name={say('review.memory')}>
          <Memory {...page.memory} />
        </Fact>
        {facts.map(({ id, name, text }) => (
          <Fact key={id} name={name}>
            <Amounts text={text} />
            <FactNote id={id} month={page.month} />
            {id === 'cost' && page.cost === 'not-asked' && <AskForPrices from={plan.fromHere} />}
          </Fact>
        ))}
      </dl>
    </section>
  );
}

/** What a fact means, for people who do not know the word. */
function FactNote({ id, month }: { id: string; month: Page['month'] }) {
  const notes =
    id === 'forecast'
      ? [say('review.forecast.about')]
      : id === 'by month'
        ? [month.isWhole && say('review.month.whole'), month.isIncrease && say('review.month.increase')]
        : [];
  return <>{notes.map((text) => text && <small class="soft note">{text}</small>)}</>;
}

/** How to get the price of a plan that has none. @param from the plan in the folder; null: it is not there. */
function AskForPrices({ from }: { from: string | null }) {
  return (
    <small class="soft note">
      {from !== null && (
        <>
          <a href={`/plans/${encodeURIComponent(from)}`}>{say('review.cost.ask')}</a>.{' '}
        </>
      )}
      {say('review.cost.ask.about')}
    </small>
  );
}

/** Memory before and after, as figures and as bars of one scale. */
function Memory({ before, after }: Page['memory']) {
  const { memory } = quantities();
  const most = Math.max(1, before, after);
  const percent = before === 0 ? null : Math.round((after / before - 1) * 100);
  return (
    <>
      {memory(before)} → {memory(after)}
      {percent !== null && percent !== 0 && (
        <small class="soft">
          {' '}
          {percent > 0 ? '+' : '−'}
          {Math.abs(percent)} %
        </small>
      )}
      <svg
        class="memory"
        role="img"
        aria-label={`${say('review.memory.label')}: ${memory(before)}, ${memory(after)}`}
        viewBox={`0 0 ${most} 20`}
        preserveAspectRatio="none"
      >
        <rect class="fill-skipped" y="0" width={before} height="8" />
        <rect class="fill-live" y="11" width={after} height="8" />
      </svg>
      <small class="memory-legend" aria-hidden="true">
        <Badge tone="skipped" text={say('review.memory.before')} />
        <Badge tone="live" text={say('review.memory.after')} />
      </small>
    </>
  );
}

/** The waves in their order: what each must pass, and the likely course of the run. */
export function Waves({ page: { waves, timeline } }: { page: Page }) {
  if (waves.length === 0) return null;
  const hasRules = waves.some(({ needsApproval, options }) => needsApproval || options !== '');
  return (
    <section>
      <h2>{say('review.waves')}</h2>
      {hasRules && (
        <table class="plain cards">
          <thead>
            <tr>
              <th scope="col">{say('review.wave')}</th>
              <th scope="col">{say('review.wave.steps')}</th>
              <th scope="col">{say('review.wave.rules')}</th>
            </tr>
          </thead>
          <tbody>
            {waves.map(({ name, steps, needsApproval, options }) => (
              <tr key={name}>
                <td data-label={say('review.wave')}>{name}</td>
                <td data-label={say('review.wave.steps')}>{quantities().count(steps)}</td>
                <td data-label={say('review.wave.rules')}>
                  <span>
                    {needsApproval && <Badge tone="warning" text={say('review.wave.approval')} />} {options}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {timeline && <PlanCourse timeline={timeline} />}
    </section>
  );
}

const SEVERITY_TONES = { error: 'failed', warning: 'warning', note: 'skipped' } as const;

/** Without declines, which are at the top of the page, and without the reasons of targets that are left out. */
export const findingsBelow = ({ findings, blocked }: Page) => {
  const leftOut = new Set(blocked.map(({ instance }) => instance));
  const isOfLeftOut = ({ severity, instance }: ShownFinding) =>
    severity === 'error' && instance !== null && leftOut.has(instance);
  return findings.filter((one) => one.code !== 'Refit.Declined' && !isOfLeftOut(one));
};

export function Findings({ page }: { page: Page }) {
  const findings = findingsBelow(page);
  return (
    <section>
      <h2>
        {say('review.findings')}
        {findings.length > 0 && ` · ${findings.length}`}
      </h2>
      {findings.length === 0 && (
        <p class="soft">{say(page.leftOut > 0 ? 'review.findings.leftOut' : 'review.findings.none')}</p>
      )}
      <ul class="findings">
        {findings.map((finding, at) => (
          <FindingRow key={at} finding={finding} />
        ))}
      </ul>
    </section>
  );
}

function FindingRow({ finding }: { finding: ShownFinding }) {
  const { code, severity, severityName, message, fix, example, instance } = finding;
  return (
    <li>
      <Badge tone={SEVERITY_TONES[severity]} text={severityName} /> <code>{code}</code>{' '}
      {instance && <Copy text={instance} />}
      <p>
        <Amounts text={message} />
      </p>
      {(fix ?? example) !== null && (
        <p class="soft">
          {say(fix === null ? 'review.example' : 'review.fix')}: {fix ?? example}
        </p>
      )}
    </li>
  );
}

/** Targets that the plan leaves out. */
export function Blocked({ page: { blocked, names } }: { page: Page }) {
  if (blocked.length === 0) return null;
  return (
    <section>
      <h2>
        {say('review.blocked')} · {blocked.length}
      </h2>
      <ul class="findings">
        {blocked.map(({ instance, region, reasons }) => (
          <li key={instance}>
            {names[instance] && <strong>{names[instance]}</strong>} <Copy text={instance} />{' '}
            <span class="soft">{region}</span>
            {reasons.map(({ code, message, fix }) => (
              <p key={code + message}>
                <code>{code}</code> {message}
                {fix && (
                  <span class="soft">
                    {' '}
                    · {say('review.fix')}: {fix}
                  </span>
                )}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Every fact of the review, as reports have them. */
export function Facts({ page: { facts } }: { page: Page }) {
  return (
    <details>
      <summary>{say('review.facts')}</summary>
      <dl class="all-facts">
        {facts.map(({ id, name, text }) => (
          <div key={id}>
            <dt>{name}</dt>
            <dd>
              <Amounts text={text} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
