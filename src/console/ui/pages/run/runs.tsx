/** The list of runs. */
import { OUTCOMES } from '../../../../model.ts';
import type { RunList, RunRow } from '../../../api/runs.ts';
import { Refused } from '../../client.ts';
import { say } from '../../language.ts';
import { usePageTitle } from '../../parts/page-title.ts';
import { Empty, Problem, Time } from '../../parts/parts.tsx';
import { usePolled } from '../../parts/polled.ts';
import { RefusalLine } from '../../parts/refusal-line.tsx';
import { RunBadge } from '../../parts/run-badge.tsx';
import { query, setQuery } from '../../router.ts';
import type { WordId } from '../../words/en.ts';
import { exitMeaning } from './exit-meaning.ts';
import { filterRuns, type SeenState, stateOfRow } from './run-model.ts';

/** How many runs a page reads at first, and how many more with each click. */
const PAGE = 50;
const MOST_SHOWN = 1_000;

/** How often the list is read, milliseconds. */
const READ_EVERY = 2_000;

export function RunsPage() {
  usePageTitle(say('runs.title'));
  const most = Math.min(MOST_SHOWN, Math.max(PAGE, Number(query('most')) || PAGE));
  const { now, stale } = usePolled<RunList>(`/runs?most=${most}`, READ_EVERY);
  if (now === undefined) return <p class="loading" aria-busy="true" />;
  if (now instanceof Refused) return <Problem error={now} />;
  const shown = filterRuns(now.runs, { text: query('q'), state: query('state') });
  return (
    <>
      <h1>{say('runs.title')}</h1>
      <RefusalLine error={stale} />
      {now.runs.length === 0 ? (
        <Empty title="runs.empty.title" text="runs.empty.text" command="refit apply saved-plan.json" />
      ) : (
        <>
          <Tools runs={now.runs} />
          <p class="soft">{say('runs.pauseHint')}</p>
          {shown.length === 0 ? (
            <p class="soft">
              {say(query('state') === 'running' && query('q') === '' ? 'runs.none.running' : 'runs.none')}
            </p>
          ) : (
            <Table runs={shown} />
          )}
        </>
      )}
      {now.more > 0 && (
        <p class="soft">
          {say('runs.more', { count: now.more })}{' '}
          {most < MOST_SHOWN && (
            <button type="button" onClick={() => setQuery('most', String(most + PAGE))}>
              {say('runs.older')}
            </button>
          )}
        </p>
      )}
    </>
  );
}

/** Filters by state and text; both are in the address. */
function Tools({ runs }: { runs: readonly RunRow[] }) {
  const state = query('state');
  const all = runs.map((run) => stateOfRow(run).state);
  // Also one that no run has now, if the address asks for it.
  const states = [...new Set([...all, ...(Object.hasOwn(STATES, state) ? [state as State] : [])])];
  return (
    <div class="tools">
      <label>
        {say('runs.filter')}
        <input
          type="search"
          value={query('q')}
          placeholder={say('runs.filter.placeholder')}
          onInput={({ currentTarget }) => setQuery('q', currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && setQuery('q', '')}
        />
      </label>
      <div class="chips" role="group" aria-label={say('runs.status')}>
        {['', ...states].map((one) => (
          <button key={one} type="button" aria-pressed={state === one} onClick={() => setQuery('state', one)}>
            {one === '' ? say('run.all') : say(STATES[one as State][0])}{' '}
            <span class="soft">{one === '' ? runs.length : all.filter((seen) => seen === one).length}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

function Table({ runs }: { runs: readonly RunRow[] }) {
  return (
    <table class="runs">
      <thead>
        <tr>
          {(['runs.plan', 'runs.status', 'runs.started', 'runs.outcome', 'runs.exit'] as const).map((id) => (
            <th key={id} scope="col">
              {say(id)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <Row key={run.id ?? run.name} run={run} />
        ))}
      </tbody>
    </table>
  );
}

type State = SeenState<RunRow['status']>;

/** The words and colours of the states of a list. */
const STATES: Readonly<Record<State, readonly [WordId, string]>> = {
  'not started': ['status.not-started', 'skipped'],
  running: ['status.running', 'live'],
  stopping: ['status.stopping', 'warning'],
  paused: ['status.paused', 'warning'],
  waiting: ['status.waiting', 'skipped'],
  ended: ['status.ended', 'verified'],
  'not all verified': ['status.not-all-verified', 'warning'],
  'ended with work left': ['status.work-left', 'warning'],
  interrupted: ['status.interrupted', 'failed'],
  missing: ['status.missing', 'failed'],
  damaged: ['status.damaged', 'failed'],
};

function Row({ run }: { run: RunRow }) {
  const { state } = stateOfRow(run);
  const [word, tone] = STATES[state];
  const outcomes = run.totals === null ? [] : OUTCOMES.filter((one) => run.totals![one] > 0);
  return (
    <tr>
      <td data-label={say('runs.plan')}>
        {run.id === null || run.plan === null ? (
          run.name
        ) : (
          <a href={`/runs/${encodeURIComponent(run.id)}`}>{run.plan.name}</a>
        )}
        <small class="soft">{run.id ?? ''}</small>
        {run.message && <small class="warn">{run.message}</small>}
      </td>
      <td data-label={say('runs.status')}>
        <RunBadge
          outcomes={run.totals}
          word={word}
          tone={tone}
          isOver={state === 'ended' || state === 'not all verified'}
        />
      </td>
      <td data-label={say('runs.started')}>
        <Time at={run.startedAt} />
      </td>
      <td data-label={say('runs.outcome')}>
        {outcomes.map((one) => `${run.totals![one]} ${say(`outcome.${one}`)}`).join(say('list'))}
      </td>
      <td data-label={say('runs.exit')}>
        {run.exitCode ?? ''}
        {run.exitCode !== null && <small class="soft">{exitMeaning(run.exitCode)}</small>}
      </td>
    </tr>
  );
}
