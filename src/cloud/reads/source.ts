/** The base of every read, and functions to read whole lists. */
import type { Clock } from '../../clock.ts';
import type { Scope } from '../../model.ts';
import type { Read } from '../calls/read.ts';
import { readRefusedError } from '../calls/refusals.ts';
import type { Action } from '../wire/actions.ts';
import type { Fields, Page } from '../wire/fields.ts';

export interface ReadSource {
  readonly clock: Clock;
  readonly ask: Read;
}

/** Reads the fields of an answer. @throws RefitError for a refusal. */
export async function readFields(
  { ask }: ReadSource,
  action: Action,
  scope: Scope,
  fields: Fields,
): Promise<Fields> {
  const answer = await ask(action, scope, fields);
  if (answer.kind === 'refused') throw readRefusedError(action, scope, answer);
  return answer.fields;
}

/** Reads every page of a list that grows at its front. New rows push others back, so rows repeat but none is lost. */
export async function everyRow<Row>(
  readPage: (page: number) => Promise<Page<Row>>,
  perPage: number,
  idOf: (row: Row) => string,
): Promise<Row[]> {
  const found = new Map<string, Row>();
  for (let page = 0; ; page++) {
    const read = await readPage(page);
    for (const row of read.found) found.set(idOf(row), row);
    if (read.rows === 0 || (page + 1) * perPage >= read.total) return [...found.values()];
  }
}

/** Reads items in batches of `size`, all calls at the same time. */
export async function inBatches<Item, Row>(
  items: readonly Item[],
  size: number,
  read: (batch: readonly Item[]) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const calls = Math.ceil(items.length / size);
  const batches = Array.from({ length: calls }, (_, n) => items.slice(n * size, (n + 1) * size));
  return (await Promise.all(batches.map(read))).flat();
}
