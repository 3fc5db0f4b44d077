/** The folder of plans: what is written, what is sealed, and the inventories for dry runs. */
import { useSignal } from '@preact/signals';
import type { PlanFile, PlanList, SavedPlanRow } from '../../../api/plans.ts';
import { permits } from '../../../api/roles.ts';
import type { DuePlanView } from '../../../api/schedule.ts';
import type { Person } from '../../../api/session.ts';
import { get, post, Refused } from '../../client.ts';
import { quantities, say } from '../../language.ts';
import { Amounts } from '../../parts/amounts.tsx';
import { usePageTitle } from '../../parts/page-title.ts';
import { Badge, Copy, Empty, Problem, Time } from '../../parts/parts.tsx';
import { usePolled } from '../../parts/polled.ts';
import { RefusalLine } from '../../parts/refusal-line.tsx';
import { RunBadge } from '../../parts/run-badge.tsx';
import { refusalText } from '../../parts/say-refusal.ts';
import type { WordId } from '../../words/en.ts';
import type { PageProps } from '../page.ts';
import { DueLine } from '../schedule/due-facts.tsx';
import { NextDue } from '../schedule/due-panel.tsx';
import './plans.css';

/** How often the folder is read, milliseconds. */
const READ_EVERY = 4_000;

type Plans = PlanList['plans'];

export function PlansPage({ person }: PageProps) {
  usePageTitle(say('plans.title'));
  const { now, stale, read } = usePolled<PlanList>('/plans', READ_EVERY);
  const removed = useSignal<Pick<PlanFile, 'name' | 'text'> | null>(null);
  const note = useSignal('');
  if (now === undefined) return <p class="loading" aria-busy="true" />;
  if (now instanceof Refused) return <Problem error={now} onAgain={() => void read()} />;
  if (now.folder === null)
    return <Empty title="plans.none.title" text="plans.none.text" command="refit serve --plans plans" />;
  const mayPlan = permits(person.roles, 'plan');
  const act = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      note.value = refusalText(error);
    }
    await read();
  };
  const remove = (name: string) =>
    act(async () => {
      const { text, version } = await get<PlanFile>(`/plans/${encodeURIComponent(name)}`);
      await post('/plans/remove', { name, version });
      removed.value = { name, text };
      note.value = say('plans.deleted', { file: name });
    });
  const undo = () =>
    act(async () => {
      const { name, text } = removed.value!;
      await post('/plans/save', { name, text, base: null });
      removed.value = null;
      note.value = say('plans.restored', { file: name });
    });
  return (
    <div class="plan-list">
      <RefusalLine error={stale} />
      <div class="title">
        <h1>{say('plans.title')}</h1>
        {mayPlan && (
          <a class="button primary" href="/plans/new">
            {say('plans.new')}
          </a>
        )}
      </div>
      <p class="soft about">
        <Copy text={now.folder} />
      </p>
      <div class="toast" role="status">
        {note.value !== '' && <span>{note.value}</span>}
        {removed.value !== null && (
          <button type="button" onClick={() => void undo()}>
            {say('plans.undo')}
          </button>
        )}
      </div>
      <Written list={now} person={person} onRemove={(name) => void remove(name)} />
      <Saved list={now} />
      <Inventories list={now} mayPlan={mayPlan} />
      <Others others={now.others} />
    </div>
  );
}

/** The head of a table. */
function Head({ words }: { words: readonly WordId[] }) {
  return (
    <thead>
      <tr>
        {words.map((id) => (
          <th key={id} scope="col">
            {say(id)}
          </th>
        ))}
      </tr>
    </thead>
  );
}

const Damage = ({ reason }: { reason: string }) => (
  <small class="warn">{say('plans.damaged', { reason })}</small>
);

function Written({
  list: { plans, due },
  person,
  onRemove,
}: {
  list: PlanList;
  person: Person;
  onRemove: (name: string) => void;
}) {
  const mayPlan = permits(person.roles, 'plan');
  return (
    <section aria-label={say('plans.written')}>
      <h2>{say('plans.written')}</h2>
      {plans.length === 0 ? (
        <p class="soft">{say('plans.empty')}</p>
      ) : (
        <table class="runs">
          <Head words={['plans.file', 'plans.findings', 'plans.changed', 'plans.actions']} />
          <tbody>
            {plans.map((plan) => (
              <tr key={plan.file}>
                <td data-label={say('plans.file')}>
                  <a href={`/plans/${encodeURIComponent(plan.file)}`}>{plan.file}</a>
                  <small class="soft">{plan.name}</small>
                  {plan.damage !== null && <Damage reason={plan.damage} />}
                  <Due plan={due.find(({ name }) => name === plan.file)} person={person} />
                </td>
                <td data-label={say('plans.findings')}>
                  <FindingCounts plan={plan} />
                </td>
                <td data-label={say('plans.changed')}>
                  <Time at={plan.changedAt} />
                </td>
                <td data-label={say('plans.actions')}>
                  {mayPlan && (
                    <div class="actions-of">
                      <a class="button" href={`/plans/new?copy=${encodeURIComponent(plan.file)}`}>
                        {say('plans.duplicate')}
                      </a>
                      <button
                        type="button"
                        aria-label={`${say('plans.delete')} ${plan.file}`}
                        onClick={() => onRemove(plan.file)}
                      >
                        {say('plans.delete')}
                      </button>
                    </div>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** What a plan on schedule will do, and when. */
function Due({ plan, person }: { plan: DuePlanView | undefined; person: Person }) {
  if (plan === undefined) return null;
  return (
    <div class="due-row">
      <NextDue plan={plan} />
      <DueLine plan={plan} state={plan} person={person} />
    </div>
  );
}

function FindingCounts({ plan: { errors, warnings, hasSchedule, damage } }: { plan: Plans[number] }) {
  return (
    <>
      {errors > 0 && <Badge tone="failed" text={say('plans.errors', { count: errors })} />}{' '}
      {warnings > 0 && <Badge tone="warning" text={say('plans.warnings', { count: warnings })} />}{' '}
      {errors + warnings === 0 && damage === null && <Badge tone="verified" text={say('plans.valid')} />}{' '}
      {hasSchedule && <Badge tone="live" text={say('plans.scheduled')} />}
    </>
  );
}

function Saved({ list: { saved: plans, plans: written } }: { list: PlanList }) {
  return (
    <section aria-label={say('plans.saved')}>
      <h2>{say('plans.saved')}</h2>
      {plans.length === 0 ? (
        <p class="soft">{say('plans.emptySaved')}</p>
      ) : (
        <table class="runs">
          <Head words={['plans.file', 'plans.state', 'plans.cost', 'plans.sealed', 'plans.expires']} />
          <tbody>
            {plans.map(({ file, about, damage, run }) => (
              <tr key={file}>
                <td data-label={say('plans.file')}>
                  <a href={`/reviews/${encodeURIComponent(file)}`}>{file}</a>
                  {about && (
                    <small class="soft">
                      {about.name}, {say('plans.steps', { count: about.steps })}
                    </small>
                  )}
                  {about && <Copy text={about.digest} shown={about.digest.slice(0, 8)} />}
                  {damage !== null && <Damage reason={damage} />}
                </td>
                <td data-label={say('plans.state')}>{about && <SavedState about={about} run={run} />}</td>
                <td data-label={say('plans.cost')}>
                  {about && (
                    <Cost about={about} isHere={written.some(({ file: one }) => one === about.from)} />
                  )}
                </td>
                <td data-label={say('plans.sealed')}>{about && <Time at={about.sealedAt} />}</td>
                <td data-label={say('plans.expires')}>{about && <Time at={about.expiresAt} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** What a saved plan costs, or how to ask for it. @param isHere whether the folder has the plan that it was made from. */
function Cost({ about, isHere }: { about: NonNullable<SavedPlanRow['about']>; isHere: boolean }) {
  const { cost, prices, from, priceCommand } = about;
  if (cost === 'none') return null;
  if (cost === 'known') return <Amounts text={quantities().quotes(prices)} />;
  if (cost === 'not-known') return <span class="soft">{say('plans.cost.not-known')}</span>;
  return (
    <>
      <span class="soft">{say('plans.cost.not-asked')}</span>
      <small>
        {isHere ? (
          <a href={`/plans/${encodeURIComponent(from)}`} title={say('review.cost.ask.about')}>
            {say('plans.cost.ask')}
          </a>
        ) : (
          <Copy text={priceCommand} shown={say('plans.cost.command')} />
        )}
      </small>
    </>
  );
}

function SavedState({ about, run }: { about: NonNullable<SavedPlanRow['about']>; run: SavedPlanRow['run'] }) {
  if (run !== null)
    return (
      <a href={`/runs/${encodeURIComponent(run.id)}`}>
        <RunBadge
          outcomes={run.totals}
          word="plans.carriedOut"
          tone={run.status === 'ended' ? 'verified' : 'live'}
          isOver={run.status === 'ended'}
        />
      </a>
    );
  const { declinedBy, offered, needs } = about;
  if (declinedBy.length > 0)
    return <Badge tone="failed" text={say('plans.declined', { people: declinedBy.join(say('list')) })} />;
  if (Date.parse(about.expiresAt) < Date.now()) return <Badge tone="skipped" text={say('plans.expired')} />;
  if (needs > 0)
    return (
      <Badge tone={offered < needs ? 'warning' : 'live'} text={say('plans.offered', { offered, needs })} />
    );
  return <Badge tone="live" text={say('plans.toReview')} />;
}

function Inventories({ list: { inventories }, mayPlan }: { list: PlanList; mayPlan: boolean }) {
  return (
    <section aria-label={say('plans.inventories')}>
      <h2>{say('plans.inventories')}</h2>
      {inventories.length === 0 ? (
        <p class="soft">
          {say('plans.emptyInventories')} <Copy text="refit inventory -o fleet.json" />
        </p>
      ) : (
        <table class="runs">
          <Head words={['plans.file', 'plans.instances', 'plans.readAt', 'plans.actions']} />
          <tbody>
            {inventories.map(({ file, instances, readAt, damage }) => (
              <tr key={file}>
                <td data-label={say('plans.file')}>
                  {file}
                  {damage !== null && <Damage reason={damage} />}
                </td>
                <td data-label={say('plans.instances')}>{instances ?? ''}</td>
                <td data-label={say('plans.readAt')}>
                  <Time at={readAt} />
                </td>
                <td data-label={say('plans.actions')}>
                  {mayPlan && damage === null && (
                    <div class="actions-of">
                      <a class="button" href={`/plans/new?inventory=${encodeURIComponent(file)}`}>
                        {say('plans.first')}
                      </a>
                    </div>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** Files that plans or the console name. A terminal changes them, because they decide who may do what. */
function Others({ others }: { others: PlanList['others'] }) {
  if (others.length === 0) return null;
  return (
    <section aria-label={say('plans.others')}>
      <h2>{say('plans.others')}</h2>
      <table class="runs">
        <Head words={['plans.file', 'plans.kind', 'plans.changed']} />
        <tbody>
          {others.map(({ file, kind, names, changedAt }) => (
            <tr key={file}>
              <td data-label={say('plans.file')}>{file}</td>
              <td data-label={say('plans.kind')}>
                {say(`plans.kind.${kind}`)}
                <small class="soft">{names.join(say('list'))}</small>
              </td>
              <td data-label={say('plans.changed')}>
                <Time at={changedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
