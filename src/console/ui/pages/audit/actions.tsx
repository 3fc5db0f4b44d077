/** What people did in the console: the newest entries of its record, with a search. The search is in the address. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ACTION_FIELDS, type ActionList, type ActionRow, resultOf } from '../../../api/actions.ts';
import { get, Refused } from '../../client.ts';
import { isWord, say, wordsOf } from '../../language.ts';
import { Badge, Copy, Problem, Time } from '../../parts/parts.tsx';
import { query, setQuery } from '../../router.ts';
import type { WordId } from '../../words/en.ts';

/** After the last key, milliseconds. */
const TYPED = 250;
const PAGE = 100;
/** As many as the server gives. */
const MOST = 1_000;
const RESULTS = ['done', 'failed', 'refused'] as const;
/** What the choice of actions has besides addresses. */
const KINDS = ['sign-in', 'sign-out'] as const;

const TONES = { done: 'verified', failed: 'failed', refused: 'refused' } as const;

/** For people who may see it. */
export function Actions() {
  const state = useSignal<ActionList | Refused | undefined>(undefined);
  const most = useSignal(PAGE);
  const asked = new URLSearchParams({ most: String(most.value) });
  for (const name of ACTION_FIELDS) if (query(name) !== '') asked.set(name, query(name));
  const search = asked.toString();
  useEffect(() => {
    const over = new AbortController();
    const read = async (): Promise<void> => {
      try {
        state.value = await get<ActionList>(`/actions?${search}`, over.signal);
      } catch (error) {
        if (over.signal.aborted) return;
        if (!(error instanceof Refused)) throw error;
        state.value = error;
      }
    };
    const timer = setTimeout(() => void read(), state.value === undefined ? 0 : TYPED);
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [search]);
  const now = state.value;
  return (
    <>
      <p class="soft">{say('actions.about')}</p>
      <Form />
      {now instanceof Refused && <Problem error={now} />}
      {now !== undefined && !(now instanceof Refused) && (
        <Found
          list={now}
          isAll={asked.size === 1}
          onMore={most.value < MOST ? () => (most.value += PAGE) : null}
        />
      )}
    </>
  );
}

function Form() {
  return (
    <search class="tools">
      {(['person', 'about'] as const).map((name) => (
        <label key={name}>
          {say(name === 'person' ? 'audit.person' : 'actions.value')}
          <input
            type="search"
            value={query(name)}
            placeholder={name === 'about' ? say('actions.value.example') : ''}
            maxLength={200}
            onInput={({ currentTarget }) => setQuery(name, currentTarget.value)}
          />
        </label>
      ))}
      <Select
        name="action"
        label="actions.action"
        options={[
          ...KINDS.map((kind) => [kind, say(`kind.${kind}`)] as const),
          ...wordsOf('act.').map((word) => [word.slice('act.'.length), say(word)] as const),
        ]}
      />
      <Select
        name="kind"
        label="actions.result"
        options={RESULTS.map((kind) => [kind, say(`kind.${kind}`)] as const)}
      />
    </search>
  );
}

function Select({
  name,
  label,
  options,
}: {
  name: 'action' | 'kind';
  label: WordId;
  options: readonly (readonly [value: string, text: string])[];
}) {
  return (
    <label>
      {say(label)}
      <select value={query(name)} onChange={({ currentTarget }) => setQuery(name, currentTarget.value)}>
        <option value="">{say('run.all')}</option>
        {options.map(([value, text]) => (
          <option key={value} value={value} selected={query(name) === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** @param isAll without a condition. @param onMore null: the page has as many as it may have. */
function Found({
  list: { actions, more, file },
  isAll,
  onMore,
}: {
  list: ActionList;
  isAll: boolean;
  onMore: (() => void) | null;
}) {
  if (file === '') return <p>{say('actions.off')}</p>;
  return (
    <section aria-label={say('actions.tab')}>
      <p class="soft">
        {say('actions.file')} <Copy text={file} />
      </p>
      {actions.length === 0 && <p role="status">{say(isAll ? 'actions.empty' : 'actions.none')}</p>}
      {actions.length > 0 && (
        <table class="cards">
          <thead>
            <tr>
              {(
                [
                  'actions.time',
                  'audit.person',
                  'actions.action',
                  'actions.result',
                  'actions.values',
                ] as const
              ).map((word) => (
                <th key={word} scope="col">
                  {say(word)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {actions.map((row) => (
              <Row key={row.hash} row={row} />
            ))}
          </tbody>
        </table>
      )}
      {more && onMore !== null && (
        <button type="button" class="more" onClick={onMore}>
          {say('actions.more')}
        </button>
      )}
    </section>
  );
}

function Row({ row }: { row: ActionRow }) {
  const { seq, at, kind, person, from, action, code, values } = row;
  const word = `act.${action}`;
  const result = resultOf(kind);
  return (
    <tr>
      <td data-label={say('actions.time')}>
        <Time at={at} /> <small class="soft">{say('actions.entry', { seq })}</small>
      </td>
      <td data-label={say('audit.person')}>
        {person ?? <span class="soft">–</span>} {from !== null && <small class="soft">{from}</small>}
      </td>
      <td data-label={say('actions.action')}>
        {isWord(word)
          ? say(word)
          : kind === 'done' || kind === 'failed' || kind === 'refused'
            ? action
            : say(`kind.${kind}`)}
        {action !== null && action !== '' && (
          <small class="soft">{action === 'link' ? say('actions.link') : action}</small>
        )}
      </td>
      <td data-label={say('actions.result')}>
        <Badge tone={TONES[result]} text={say(`kind.${result}`)} />
        {code !== null && (
          <small>
            <code>{code}</code>
          </small>
        )}
      </td>
      <td data-label={say('actions.values')}>
        <Values action={action ?? ''} values={values} />
      </td>
    </tr>
  );
}

/** Runs, reviews and plans are links. */
function Values({ action, values }: { action: string; values: ActionRow['values'] }) {
  return (
    <ul class="values">
      {values.map(({ name, value }) => {
        const to = placeOf(action, name, value);
        return (
          <li key={name}>
            <span class="soft">{wordOr(`value.${name}`, name)}</span>{' '}
            {to !== null ? (
              <a href={to}>{value}</a>
            ) : isDigest(value) ? (
              <Short text={value} />
            ) : (
              valueText(name, value)
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** A word of the console, if it has one. */
const wordOr = (id: string, text: string): string => (isWord(id) ? say(id) : text);

/** Roles and commands as people know them. */
function valueText(name: string, value: string): string {
  if (name === 'roles')
    return value
      .split(', ')
      .map((role) => wordOr(`people.role.${role}.name`, role))
      .join(say('list'));
  if (name === 'command') return wordOr(`control.${value}`, value);
  return wordOr(`value.${value}`, value);
}

const isDigest = (value: string): boolean => /^[0-9a-f]{64}$/.test(value);

const Short = ({ text }: { text: string }) => <Copy text={text} shown={text.slice(0, 12)} />;

function placeOf(action: string, name: string, value: string): string | null {
  const path = encodeURIComponent(value);
  if (name === 'id' && action.startsWith('POST /runs/')) return `/runs/${path}`;
  if (name === 'name' && action.startsWith('POST /reviews/')) return `/reviews/${path}`;
  if (name === 'saved' && action === 'POST /runs') return `/reviews/${path}`;
  if (name === 'name' && action === 'POST /plans/save') return `/plans/${path}`;
  return null;
}
