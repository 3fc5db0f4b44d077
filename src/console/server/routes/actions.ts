/** Shows what people did in the console. */
import { escapeControls } from '../../../text.ts';
import type { ActionList, ActionRow } from '../../api/actions.ts';
import type { Route } from '../context.ts';
import { numberFrom } from './from-request.ts';

const LISTED = 100;
const MOST_LISTED = 1_000;

export const actionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/actions',
    action: 'manage',
    async answer({ query }, { actions }): Promise<ActionList> {
      if (actions === null) return { actions: [], more: false, file: '' };
      const most = Math.max(1, Math.min(numberFrom(query.most) ?? LISTED, MOST_LISTED));
      const { entries, more } = await actions.read(most);
      return {
        ...{ more, file: actions.path },
        actions: entries.map((entry): ActionRow => {
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
        }),
      };
    },
  },
];
