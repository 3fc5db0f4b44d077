/** Shows what people did in the console. */
import type { ActionEntry } from '../../../operations/people/action-log.ts';
import { escapeControls } from '../../../text.ts';
import { ACTION_FIELDS, type ActionList, type ActionRow, resultOf } from '../../api/actions.ts';
import type { ConsoleRequest, Route } from '../context.ts';
import { numberFrom } from './from-request.ts';

const LISTED = 100;
const MOST_LISTED = 1_000;
const LONGEST = 200;

export const actionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/actions',
    action: 'manage',
    async answer({ query }, { actions }): Promise<ActionList> {
      if (actions === null) return { actions: [], more: false, file: '' };
      const most = Math.max(1, Math.min(numberFrom(query.most) ?? LISTED, MOST_LISTED));
      const { entries, more } = await actions.read(most, matcher(query));
      return {
        ...{ more, file: actions.path },
        actions: entries.map(shown),
      };
    },
  },
];

function shown(entry: ActionEntry): ActionRow {
  const { seq, at, kind, hash } = entry;
  if (entry.kind === 'continued')
    return {
      ...{ seq, at, kind, hash, person: null, from: null, action: null, code: null },
      values: [{ name: 'file', value: escapeControls(entry.file) }],
    };
  const { person, from, action, values, code } = entry;
  return {
    ...{ seq, at, kind, hash, code, action: escapeControls(action) },
    ...{ person: person && escapeControls(person), from: escapeControls(from) },
    values: Object.entries(values).map(([name, value]) => ({
      ...{ name: escapeControls(name), value: escapeControls(String(value)) },
    })),
  };
}

/** Which entries a search finds. A value that is no text counts as none. */
function matcher(query: ConsoleRequest['query']): (entry: ActionEntry) => boolean {
  const [person, about, action, kind] = ACTION_FIELDS.map((name) => wantedIn(query[name]));
  const isIn = (text: string | null, wanted: string): boolean =>
    (text ?? '').toLowerCase().includes(wanted.toLowerCase());
  return (entry) => {
    if (kind && resultOf(entry.kind) !== kind) return false;
    if (entry.kind === 'continued') return !person && !about && (!action || action === 'continued');
    if (action && !isNamed(entry, action)) return false;
    if (person && !isIn(entry.person, person)) return false;
    return !about || Object.values(entry.values).some((value) => isIn(String(value), about));
  };
}

/** Who could not sign in tried to. */
const isNamed = ({ kind, action }: Exclude<ActionEntry, { kind: 'continued' }>, wanted: string): boolean =>
  kind === wanted || action === wanted || (kind === 'sign-in-refused' && wanted === 'sign-in');

/** Empty: anything. */
const wantedIn = (value: unknown): string =>
  typeof value === 'string' ? value.trim().slice(0, LONGEST) : '';
