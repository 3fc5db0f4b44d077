/** The columns of a finding in every table of findings. */
import type { Finding } from '../model.ts';
import { BELOW_ROW, type ColumnOf, code, id } from './document/table.ts';

export const SEVERITY: ColumnOf<Finding> = [
  'Severity',
  ({ severity }) => ({ kind: 'severity', value: severity }),
];
export const CODE: ColumnOf<Finding> = ['Code', (finding) => code(finding.code), { yields: 1, bare: true }];
export const INSTANCE: ColumnOf<Finding> = ['Instance', ({ instance }) => id(instance), { bare: true }];
export const MESSAGE_COLUMNS: readonly ColumnOf<Finding>[] = [
  ['Message', ({ message }) => message, BELOW_ROW],
  [
    'Fix',
    ({ fix, example }) => fix ?? (example && `example: ${example}`),
    { under: 'Message', in: 'documents' },
  ],
  [
    'Excerpt',
    ({ excerpt }) => (excerpt === null ? null : { kind: 'excerpt', text: excerpt }),
    { under: 'Message', in: 'page' },
  ],
  ['Location', (finding) => code(locationOf(finding)), { in: 'documents' }],
];

/** `plans/a.yaml:12:5`; empty where the finding has no location. */
export function locationOf({ location }: Pick<Finding, 'location'>): string {
  return location === null ? '' : `${location.file}:${location.line}:${location.column}`;
}
