/**
 * The numbered changes of the schema, in order. A released migration is never edited: its checksum is in each store.
 * A later one that older versions of Refit can live with keeps their number in `worksWith`.
 */
import { sha256 } from '../../../digest.ts';
import { FIRST_TABLES } from './first-tables.ts';
import { SCHEDULE_TABLES } from './schedule-tables.ts';
import { USAGE_TABLES } from './usage-tables.ts';

export interface Migration {
  /** From 1, without gaps. */
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** A Refit that knows the migrations up to this number can work with the changed schema. */
  readonly worksWith: number;
}

export const MIGRATIONS: readonly Migration[] = [
  { number: 1, name: 'first tables', sql: FIRST_TABLES + SCHEDULE_TABLES, worksWith: 1 },
  { number: 2, name: 'history of use', sql: USAGE_TABLES, worksWith: 1 },
];

/** The text by which a store knows an applied migration again. */
export function checksumOf({ sql }: Pick<Migration, 'sql'>): string {
  return sha256(sql);
}
