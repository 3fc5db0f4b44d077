/**
 * Searches all runs: by instance, person, ticket, order, time, outcome and text. Admins also search what people did in the
 * console. The search is in the address.
 */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { OUTCOMES } from '../../../../model.ts';
import { AUDIT_FIELDS, type AuditAnswer } from '../../../api/audit.ts';
import { permits } from '../../../api/roles.ts';
import { get, Refused } from '../../client.ts';
import { say } from '../../language.ts';
import { usePageTitle } from '../../parts/page-title.ts';
import { Problem } from '../../parts/parts.tsx';
import { query, setQuery } from '../../router.ts';
import type { PageProps } from '../page.ts';
import { Actions } from './actions.tsx';
import './audit.css';
import { FoundRun } from './found-run.tsx';

/** After the last key, milliseconds. */
const TYPED = 250;
/** Until it asks for the rest, while the server still reads runs, milliseconds. */
const AGAIN = 1_000;
const TEXTS = ['instance', 'person', 'ticket', 'order', 'text'] as const;

export function AuditPage({ person }: PageProps) {
  usePageTitle(say('audit.title'));
  const isConsole = query('show') === 'console';
  const maySee = permits(person.roles, 'manage');
  return (
    <article class="audit">
      <h1>{say('audit.title')}</h1>
      {maySee && (
        <div class="chips" role="group" aria-label={say('actions.views')}>
          <button type="button" aria-pressed={!isConsole} onClick={() => setQuery('show', '')}>
            {say('actions.runs')}
          </button>
          <button type="button" aria-pressed={isConsole} onClick={() => setQuery('show', 'console')}>
            {say('actions.tab')}
          </button>
        </div>
      )}
      {!maySee && <p class="soft">{say('actions.hidden')}</p>}
      {isConsole && maySee ? <Actions /> : <Search />}
    </article>
  );
}

function Search() {
  const asked = new URLSearchParams();
  for (const name of AUDIT_FIELDS) {
    const value = query(name);
    if (value === '') continue;
    const isDay = name === 'from' || name === 'to';
    if (isDay && Number.isNaN(Date.parse(value))) continue;
    asked.set(name, isDay ? dayStart(value, name === 'to' ? 1 : 0) : value);
  }
  const search = asked.toString();
  const state = useSignal<AuditAnswer | Refused | undefined>(undefined);
  useEffect(() => {
    const over = new AbortController();
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const read = async (): Promise<void> => {
      await wait(state.value === undefined ? 0 : TYPED);
      while (!over.signal.aborted) {
        try {
          const answer = await get<AuditAnswer>(`/audit?${search}`, over.signal);
          state.value = answer;
          if (answer.isComplete) return;
        } catch (error) {
          if (over.signal.aborted) return;
          if (!(error instanceof Refused)) throw error;
          state.value = error;
          return;
        }
        await wait(AGAIN);
      }
    };
    void read();
    return () => over.abort();
  }, [search]);
  const now = state.value;
  return (
    <>
      <p class="soft">{say('audit.about')}</p>
      <Form />
      {now instanceof Refused && <Problem error={now} />}
      {now !== undefined && !(now instanceof Refused) && <Answer answer={now} />}
    </>
  );
}

/** The start of a day in the zone of the browser, as ISO 8601 UTC. */
function dayStart(date: string, plusDays: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return new Date(year, month - 1, day + plusDays).toISOString();
}

function Form() {
  return (
    <search class="tools">
      {TEXTS.map((name) => (
        <label key={name}>
          {say(`audit.${name}`)}
          <input
            type="search"
            value={query(name)}
            placeholder={say(`audit.${name}.example`)}
            maxLength={200}
            onInput={({ currentTarget }) => setQuery(name, currentTarget.value)}
          />
        </label>
      ))}
      <label>
        {say('audit.outcome')}
        <select
          value={query('outcome')}
          onChange={({ currentTarget }) => setQuery('outcome', currentTarget.value)}
        >
          <option value="">{say('run.all')}</option>
          {OUTCOMES.map((one) => (
            <option key={one} value={one} selected={query('outcome') === one}>
              {say(`outcome.${one}`)}
            </option>
          ))}
        </select>
      </label>
      {(['from', 'to'] as const).map((name) => (
        <label key={name}>
          {say(`audit.${name}`)}
          <input
            type="date"
            value={query(name)}
            onInput={({ currentTarget }) => setQuery(name, currentTarget.value)}
          />
        </label>
      ))}
    </search>
  );
}

function Answer({ answer: { runs, found, searched, isComplete } }: { answer: AuditAnswer }) {
  return (
    <section aria-labelledby="found">
      <h2 id="found">
        {found.steps === 0 && found.runs > 0
          ? say('audit.found.runs', { runs: found.runs })
          : say('audit.found', found)}
      </h2>
      <p class="soft" role="status">
        {isComplete
          ? say('audit.searched', { runs: searched.runs, steps: searched.steps })
          : say('audit.reading', { runs: searched.runs })}
        {searched.more > 0 && isComplete && ` ${say('audit.more', { count: searched.more })}`}
        {searched.unreadable > 0 && ` ${say('overview.unreadable', { count: searched.unreadable })}`}
      </p>
      {runs.length === 0 && isComplete && <p>{say(searched.runs === 0 ? 'audit.empty' : 'audit.none')}</p>}
      <ul class="found">
        {runs.map((run) => (
          <FoundRun key={run.id} run={run} />
        ))}
      </ul>
      {found.runs > runs.length && <p class="soft">{say('audit.first', { count: runs.length })}</p>}
    </section>
  );
}
