/** The columns of a finding in every table of findings. */
import type { Finding } from '../model.ts';
import { BELOW_ROW, type ColumnOf, code, id } from './document/table.ts';

export const SEVERITY: ColumnOf<Finding> = [
  'severity',
  ({ severity }) => ({ kind: 'severity', value: severity }),
];
export const CODE: ColumnOf<Finding> = ['code', (finding) => code(finding.code), { yields: 1, bare: true }];
export const INSTANCE: ColumnOf<Finding> = ['instance', ({ instance }) => id(instance), { bare: true }];
export const MESSAGE_COLUMNS: readonly ColumnOf<Finding>[] = [
  ['message', ({ message }) => message, BELOW_ROW],
  [
    'fix',
    ({ fix, example }, _, { report }) => fix ?? (example && report.example(example)),
    { under: 'message', in: 'documents' },
  ],
  [
    'excerpt',
    ({ excerpt }) => (excerpt === null ? null : { kind: 'excerpt', text: excerpt }),
    { under: 'message', in: 'page' },
  ],
  ['location', (finding) => code(locationOf(finding)), { in: 'documents' }],
];

/** `plans/a.yaml:12:5`; empty where the finding has no location. */
export function locationOf({ location }: Pick<Finding, 'location'>): string {
  return location === null ? '' : `${location.file}:${location.line}:${location.column}`;
}
