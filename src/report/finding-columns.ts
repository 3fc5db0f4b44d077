/** The columns of a finding, the same wherever findings are shown as a table. */
import type { Finding } from '../model.ts';
import { type ColumnOf, code, id, SENTENCE } from './document/table.ts';

export const SEVERITY: ColumnOf<Finding> = [
  'Severity',
  ({ severity }) => ({ kind: 'severity', value: severity }),
];
export const CODE: ColumnOf<Finding> = ['Code', (finding) => code(finding.code), { yields: 1, bare: true }];
export const INSTANCE: ColumnOf<Finding> = ['Instance', ({ instance }) => id(instance), { bare: true }];
export const WHAT: readonly ColumnOf<Finding>[] = [
  ['What', ({ what }) => what, SENTENCE],
  ['Mend', ({ mend }) => mend, { under: 'What', in: 'documents' }],
  [
    'Excerpt',
    ({ excerpt }) => (excerpt === null ? null : { kind: 'excerpt', text: excerpt }),
    { under: 'What', in: 'page' },
  ],
  ['Place', (finding) => code(placeOf(finding)), { in: 'documents' }],
];

/** `plans/a.yaml:12:5`; empty where the finding has no place. */
export function placeOf({ place }: Pick<Finding, 'place'>): string {
  return place === null ? '' : `${place.file}:${place.line}:${place.column}`;
}
