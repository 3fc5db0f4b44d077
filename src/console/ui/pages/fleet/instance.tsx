/** One instance: what it is, what is sold for it, and what runs and orders did with it. */
import { useSignal } from '@preact/signals';
import type {
  FleetInstanceView,
  InstanceOrdersView,
  InstanceRunsView,
  InstanceStep,
} from '../../../api/fleet.ts';
import { permits } from '../../../api/roles.ts';
import type { Person } from '../../../api/session.ts';
import { get, Refused } from '../../client.ts';
import { quantities, say, sayMessage } from '../../language.ts';
import { usePageTitle } from '../../parts/page-title.ts';
import { Badge, Copy, Fact, OutcomeBadge, Problem, Time } from '../../parts/parts.tsx';
import { refusalText } from '../../parts/say-refusal.ts';
import { query } from '../../router.ts';
import type { PageProps } from '../page.ts';
import './fleet.css';
import { sumText } from './figures.ts';
import { newerSize, type SizeOfRun } from './newest-size.ts';
import { SizeChart } from './size-chart.tsx';
import { sourceText } from './source.tsx';
import { useAnswer } from './use-answer.ts';
import { useHistory } from './use-history.ts';
import { Use } from './use-mark.tsx';

export function InstancePage({ person, parts: [id = ''] }: PageProps) {
  usePageTitle(id.slice(0, 60));
  const where = new URLSearchParams({ profile: query('profile'), region: query('region') });
  const path = `/fleet/instances/${encodeURIComponent(id)}`;
  const one = useAnswer<FleetInstanceView | null>(`${path}?${where}`);
  const runs = useHistory(`${path}/runs`);
  const known = one === undefined || one instanceof Refused ? null : one;
  const steps = runs === undefined || runs instanceof Refused ? [] : runs.steps;
  const newer = newerSize(known, steps);
  return (
    <article>
      <p>
        <a href="/fleet">{say('nav.fleet')}</a>
      </p>
      {one === undefined && <p class="loading" aria-busy="true" />}
      {one instanceof Refused && <NotRead id={id} text={refusalText(one)} steps={steps} newer={newer} />}
      {one === null && <NotRead id={id} text={say('fleet.instance.notRead')} steps={steps} newer={newer} />}
      {one && !(one instanceof Refused) && <Facts one={one} newer={newer} person={person} />}
      {runs instanceof Refused && <Problem error={runs} />}
      {runs !== undefined && !(runs instanceof Refused) && <Runs runs={runs} one={known} />}
      {one && !(one instanceof Refused) && <Orders key={id} path={`${path}/orders?${where}`} />}
    </article>
  );
}

/** An instance of which only the runs are known. */
function NotRead({
  id,
  text,
  steps,
  newer,
}: {
  id: string;
  text: string;
  steps: readonly InstanceStep[];
  newer: SizeOfRun | null;
}) {
  const [latest] = steps;
  return (
    <>
      <h1>{latest?.name || id}</h1>
      {latest !== undefined && (
        <p class="soft about">
          <Copy text={id} />
          <span>{latest.region}</span>
        </p>
      )}
      {newer !== null && (
        <dl class="facts">
          <Fact name={say('fleet.size')} isWide>
            {quantities().size(newer.size)} <ByRun newer={newer} />
          </Fact>
        </dl>
      )}
      <div class="notices" role="status">
        <p>
          {text} <a href="/fleet">{say('fleet.readLive')}</a>
        </p>
      </div>
    </>
  );
}

/** Which run knows a size, and since when. */
function ByRun({ newer: { at, step } }: { newer: SizeOfRun }) {
  return (
    <small class="soft">
      {say('fleet.size.byRun')}{' '}
      <a href={`/runs/${encodeURIComponent(step.run)}?step=${step.at}`}>{step.plan}</a>, <Time at={at} />
    </small>
  );
}

function Facts({ one, newer, person }: { one: FleetInstanceView; newer: SizeOfRun | null; person: Person }) {
  const { memory, size } = quantities();
  const plan = new URLSearchParams({
    ...{ region: one.region, ids: one.id },
    ...(one.profile === 'default' ? {} : { profile: one.profile }),
  });
  return (
    <>
      <div class="title">
        <h1>{one.name || one.id}</h1>
        <Badge
          tone={one.status === 'running' ? 'verified' : 'warning'}
          text={say(`fleet.status.${one.status}`)}
        />
      </div>
      <p class="soft about">
        <Copy text={one.id} />
        <span>{one.edition}</span>
        <span>
          {one.zone} · {one.profile}
        </span>
        <span>
          {sourceText(one.source)}, {say('fleet.readAt')} <Time at={one.readAt} />
        </span>
      </p>
      {(one.task !== null || one.unpaidOrder !== null) && (
        <div class="notices">
          {one.task !== null && <p>{say('fleet.task', { task: one.task })}</p>}
          {one.unpaidOrder !== null && <p>{say('fleet.unpaid', { order: one.unpaidOrder })}</p>}
        </div>
      )}
      <dl class="facts">
        <Fact name={say('fleet.size')}>
          {size(newer === null ? one.size : newer.size)}
          {newer !== null && (
            <>
              {' '}
              <ByRun newer={newer} />
              {size(newer.size) !== size(one.size) && (
                <small class="warn">
                  {say('fleet.size.earlier', { source: sourceText(one.source), size: size(one.size) })}
                </small>
              )}
            </>
          )}
        </Fact>
        <Fact name={say('fleet.memory')}>{memory(one.memory)}</Fact>
        <Fact name={say('fleet.use')}>
          <Use use={one.use} />
        </Fact>
        {one.used !== null && (
          <Fact name={say('fleet.used')}>
            {sumText(one.used.total)}{' '}
            <small class="soft" title={one.used.source}>
              {one.used.fullestShard !== null &&
                say('fleet.fullestShard', { memory: memory(Math.ceil(one.used.fullestShard)) })}
            </small>
          </Fact>
        )}
        <Fact name={say('fleet.billing')}>{say(`fleet.billing.${one.billing}`)}</Fact>
        {one.deadline !== null && (
          <Fact name={say('fleet.deadline')}>
            <Time at={one.deadline} />
          </Fact>
        )}
        {one.window !== null && (
          <Fact name={say('fleet.window')}>{say('fleet.window.hours', { hours: one.window })}</Fact>
        )}
        {one.nodes.length > 0 && <Fact name={say('fleet.nodes')}>{one.nodes.join(say('list'))}</Fact>}
      </dl>
      {one.tags.length > 0 && (
        <ul class="tags" aria-label={say('fleet.tags')}>
          {one.tags.map(([key, value]) => (
            <li key={key}>
              {key}={value}
            </li>
          ))}
        </ul>
      )}
      <Sold one={one} />
      {newer !== null && size(newer.size) !== size(one.size) && (
        <p class="warn">{say('fleet.plan.older', { source: sourceText(one.source) })}</p>
      )}
      <p>
        {permits(person.roles, 'plan') ? (
          <a class="action" href={`/plans/new?${plan}`}>
            {say('fleet.planThis')}
          </a>
        ) : (
          <span class="soft">{say('fleet.plan.mayNot')}</span>
        )}
      </p>
    </>
  );
}

/** The sizes that an order can choose; the present one is marked. */
function Sold({ one: { sold, size } }: { one: FleetInstanceView }) {
  const { memory } = quantities();
  if (sold === null) return <p class="soft">{say('fleet.sold.unknown')}</p>;
  const rows = [
    { name: say('fleet.perShard'), values: sold.memoryPerShard, now: size.memoryPerShard, text: memory },
    { name: say('fleet.shards'), values: sold.shards, now: size.shards, text: String },
    { name: say('fleet.replicas'), values: sold.replicas, now: size.replicas, text: String },
  ];
  return (
    <section aria-labelledby="sold">
      <h2 id="sold">{say('fleet.sold')}</h2>
      {sold.isSoldOut && <p class="warn">{say('fleet.soldOut')}</p>}
      <dl class="facts">
        {rows.map(({ name, values, now, text }) => (
          <Fact key={name} name={name}>
            <small class="sold">
              {values.map((value) =>
                value === now ? <b key={value}>{text(value)}</b> : <span key={value}>{text(value)}</span>,
              )}
            </small>
          </Fact>
        ))}
      </dl>
    </section>
  );
}

function Runs({ runs, one }: { runs: InstanceRunsView; one: FleetInstanceView | null }) {
  const { steps, more, searched, notSearched, isComplete } = runs;
  return (
    <section aria-labelledby="history">
      <h2 id="history">{say('fleet.history')}</h2>
      <SizeChart steps={steps} read={one && { at: one.readAt, size: one.size }} />
      {steps.length === 0 ? (
        isComplete && <p class="soft">{say('fleet.history.none')}</p>
      ) : (
        <table class="history-table">
          <thead>
            <tr>
              {(['fleet.history.when', 'fleet.size', 'runs.outcome', 'run.orders', 'nav.runs'] as const).map(
                (id) => (
                  <th key={id} scope="col">
                    {say(id)}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => (
              <StepOfRun key={`${step.run} ${step.step}`} step={step} />
            ))}
          </tbody>
        </table>
      )}
      {more > 0 && <p class="soft">{say('fleet.history.more', { count: more })}</p>}
      <p class="soft" role="status">
        {isComplete
          ? say('fleet.history.searched', { searched, left: notSearched })
          : say('fleet.history.reading', { searched })}
      </p>
    </section>
  );
}

function StepOfRun({ step }: { step: InstanceStep }) {
  const { size } = quantities();
  return (
    <tr>
      <td data-label={say('fleet.history.when')}>
        <Time at={step.endedAt ?? step.startedAt} />
      </td>
      <td data-label={say('fleet.size')}>
        {size(step.before)} → {size(step.after)}
      </td>
      <td data-label={say('runs.outcome')}>
        <span>
          {step.outcome === null ? (
            <span class="soft">{say('fleet.history.open')}</span>
          ) : (
            <OutcomeBadge outcome={step.outcome} />
          )}
          {step.code !== null && <code> {step.code}</code>}
          {step.message !== null && step.outcome !== 'verified' && <small>{sayMessage(step.message)}</small>}
        </span>
      </td>
      <td data-label={say('run.orders')}>
        <span>
          {step.orders.map((order) => (
            <Copy key={order} text={order} />
          ))}
        </span>
      </td>
      <td data-label={say('nav.runs')}>
        <a href={`/runs/${encodeURIComponent(step.run)}?step=${step.at}`}>{step.plan}</a>
      </td>
    </tr>
  );
}

/** Orders of billing: a call of the provider, so only when somebody asks. */
function Orders({ path }: { path: string }) {
  const orders = useSignal<InstanceOrdersView | Refused | 'reading' | null>(null);
  const read = async (): Promise<void> => {
    orders.value = 'reading';
    try {
      orders.value = await get<InstanceOrdersView>(path);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      orders.value = error;
    }
  };
  const now = orders.value;
  const { money } = quantities();
  return (
    <section aria-labelledby="orders">
      <h2 id="orders">{say('fleet.orders')}</h2>
      {(now === null || now === 'reading') && (
        <button type="button" disabled={now === 'reading'} onClick={() => void read()}>
          {say('fleet.orders.read')}
        </button>
      )}
      {now instanceof Refused && <Problem error={now} onAgain={() => void read()} />}
      {now !== null && now !== 'reading' && !(now instanceof Refused) && (
        <>
          <p class="soft">
            {say('fleet.orders.since')} <Time at={now.since} />
          </p>
          {now.orders.length === 0 ? (
            <p>{say('fleet.orders.none')}</p>
          ) : (
            <ul class="events">
              {now.orders.map(({ order, createdAt, state, billed }) => (
                <li key={order}>
                  <Time at={createdAt} /> <Copy text={order} /> {say(`fleet.order.${state}`)}{' '}
                  {billed !== null && money(billed.amount, billed.currency)}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </section>
  );
}
