/** The base of every read, and functions to read whole lists. */
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import type { Scope } from '../../model.ts';
import { MINUTE } from '../../units.ts';
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

/** How a list is read, page by page. */
export interface ListRequest<Row> {
  readonly action: Action;
  readonly scope: Scope;
  readonly perPage: number;
  encode(page: number): Fields;
  decode(fields: Fields): Page<Row> | Promise<Page<Row>>;
  idOf(row: Row): string;
}

/** The rows of a list by their ids, and each number of rows that an answer claimed. */
export interface List<Row> {
  readonly rows: ReadonlyMap<string, Row>;
  readonly totals: ReadonlySet<number>;
}

/** Pages of one list at most. */
const MAX_PAGES = 1000;
/** Pages beyond those that the first answer claims. A list may grow while it is read. */
const MORE_PAGES = 10;
/** Characters of all pages of one list. 100,000 instances have about 200 million. */
const MAX_LIST_SIZE = 256 * 1024 * 1024;
/** Time for one list. */
const MAX_LIST_MS = 15 * MINUTE;

/**
 * Reads every page of a list. It ends whatever the answers claim: pages, characters and time are limited, and a page that
 * repeats the earlier ones is an error. New rows at the front push others back, so rows repeat but none is lost.
 * @throws RefitError for a refusal, or for a list without an end.
 */
export async function readList<Row>(source: ReadSource, list: ListRequest<Row>): Promise<List<Row>> {
  const { action, scope, perPage } = list;
  const startedAt = source.clock.monotonic();
  const rows = new Map<string, Row>();
  const totals = new Set<number>();
  let size = 0;
  let mostPages = MAX_PAGES;
  const fail = (problem: string) =>
    new RefitError(
      'provider-refused',
      `${action.name} in ${scope.region} ${problem}`,
      'check --endpoint, then run the same command again',
    );
  for (let page = 0; ; page++) {
    const answer = await source.ask(action, scope, list.encode(page));
    if (answer.kind === 'refused') throw readRefusedError(action, scope, answer);
    size += answer.size;
    if (size > MAX_LIST_SIZE) throw fail(`returned more than ${MAX_LIST_SIZE / 1024 / 1024} MB`);
    const read = await list.decode(answer.fields);
    if (page === 0) mostPages = Math.min(MAX_PAGES, Math.ceil(read.total / perPage) + MORE_PAGES);
    totals.add(read.total);
    const known = rows.size;
    for (const row of read.found) rows.set(list.idOf(row), row);
    if (read.rows === 0 || (page + 1) * perPage >= read.total) return { rows, totals };
    if (read.found.length > 0 && rows.size === known)
      throw fail(`returned the same rows again as page ${page + 1}`);
    if (page + 1 >= mostPages)
      throw fail(`has no end: ${page + 1} pages, and the answer claims ${read.total} rows`);
    if (source.clock.monotonic() - startedAt > MAX_LIST_MS)
      throw fail(`did not end within ${MAX_LIST_MS / MINUTE} minutes`);
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
