/** The base of every read, and functions to read whole lists. */
import type { Clock } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import type { Scope } from '../../model.ts';
import { MINUTE } from '../../units.ts';
import type { Read } from '../calls/read.ts';
import { readRefusedError } from '../calls/refusals.ts';
import type { Action } from '../wire/actions.ts';
import type { Fields, Page, RowRange } from '../wire/fields.ts';

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
  /** True if pages have numbers: a page then starts only at a multiple of its length. */
  readonly numbered?: true;
  /** The ids of all rows that are wanted, if known. The list ends where it has them. */
  readonly ids?: readonly string[];
  encode(page: RowRange): Fields;
  decode(fields: Fields): Page<Row> | Promise<Page<Row>>;
  idOf(row: Row): string;
}

/** The rows of a list by their ids, and each number of rows that an answer claimed. */
export interface List<Row> {
  readonly rows: ReadonlyMap<string, Row>;
  readonly totals: ReadonlySet<number>;
}

/** How often Refit reads a list that changes during the read. */
const MAX_READINGS = 4;

/** Pages of one list at most. */
const MAX_PAGES = 1000;
/** Pages beyond those that the first answer claims. A list may grow while it is read. */
const MORE_PAGES = 10;
/** Characters of all pages of one list. 100,000 instances have about 200 million. */
const MAX_LIST_SIZE = 256 * 1024 * 1024;
/** Time for one list. */
const MAX_LIST_MS = 15 * MINUTE;

/**
 * Reads every page of a list. A server may return fewer rows than asked. Then the next page starts after the received rows,
 * and is as long as that one:
 *
 *   asked 1,000 at 0, got 300    asked 300 at 300, got 300    asked 300 at 600, got 150 of 750: the end
 *
 * It ends whatever the answers claim: pages, characters and time are limited. New rows at the front push others back, so
 * rows repeat but none is lost. A page of nothing but earlier rows is an error, unless the server claims enough new ones.
 * @throws RefitError for a refusal, or for a list without an end.
 */
export async function readList<Row>(source: ReadSource, list: ListRequest<Row>): Promise<List<Row>> {
  const { action, scope } = list;
  const startedAt = source.clock.monotonic();
  const rows = new Map<string, Row>();
  const totals = new Set<number>();
  let limit = list.perPage;
  let offset = 0;
  let size = 0;
  let firstTotal: number | null = null;
  // Rows that came again. One new row at the front makes one.
  let repeats = 0;
  let mostPages = MAX_PAGES;
  for (let page = 1; ; page++) {
    const answer = await source.ask(action, scope, list.encode({ limit, offset }));
    if (answer.kind === 'refused') throw readRefusedError(action, scope, answer);
    size += answer.size;
    if (size > MAX_LIST_SIZE) throw listError(list, `returned more than ${MAX_LIST_SIZE / 1024 / 1024} MB`);
    const read = await list.decode(answer.fields);
    totals.add(read.total);
    firstTotal ??= read.total;
    const known = rows.size;
    for (const row of read.found) rows.set(list.idOf(row), row);
    repeats += read.found.length - (rows.size - known);
    const received = offset + read.rows;
    if (read.rows === 0 || received >= read.total || hasAll(list, rows)) return { rows, totals };
    const isRepeated = read.found.length > 0 && rows.size === known;
    // After a short page, a server that ignores the offset has no more rows.
    if (isRepeated && limit < list.perPage) return { rows, totals };
    if (isRepeated && repeats > read.total - firstTotal)
      throw listError(list, `returned the same rows again as page ${page}`);
    // The first page shows how long pages are here.
    if (page === 1) mostPages = Math.min(MAX_PAGES, Math.ceil(read.total / read.rows) + MORE_PAGES);
    if (page >= mostPages)
      throw listError(list, `has no end: ${page} pages, and the answer claims ${read.total} rows`);
    if (source.clock.monotonic() - startedAt > MAX_LIST_MS)
      throw listError(list, `did not end within ${MAX_LIST_MS / MINUTE} minutes`);
    limit = Math.min(limit, read.rows);
    offset = list.numbered ? received - (received % limit) : received;
    repeats -= received - offset;
  }
}

/**
 * Reads a list of instances, which must all be there. Instances that come and go during the read shift others out of
 * it, so Refit then reads the list again. Twice the same ones are no change: the server ends its list early.
 * @throws RefitError as `readList`, and for a list that stays incomplete.
 */
export async function readWholeList<Row>(
  source: ReadSource,
  list: ListRequest<Row>,
): Promise<ReadonlyMap<string, Row>> {
  let before = '';
  let counts = '';
  for (let reading = 0; reading < MAX_READINGS; reading++) {
    const { rows, totals } = await readList(source, list);
    const [total] = totals;
    if (totals.size === 1 && rows.size >= total!) return rows;
    counts = `${rows.size} of ${Math.max(...totals)} instances`;
    const read = `${[...totals].join(' ')} ${[...rows.keys()].sort().join(' ')}`;
    if (totals.size === 1 && read === before)
      throw listError(
        list,
        `returned ${counts}, and the same ones when read again`,
        'the server ends the list early, or has rows without a valid id: check --endpoint and the rights of the identity',
      );
    before = read;
  }
  throw listError(
    list,
    `returned ${counts}, in each of ${MAX_READINGS} reads`,
    'run the same command again when fewer instances are created and deleted',
  );
}

function hasAll<Row>({ ids }: ListRequest<Row>, rows: ReadonlyMap<string, Row>): boolean {
  return ids?.every((id) => rows.has(id)) ?? false;
}

function listError<Row>(
  { action, scope }: ListRequest<Row>,
  problem: string,
  fix = 'check --endpoint, then run the same command again',
): RefitError {
  return new RefitError('provider-refused', `${action.name} in ${scope.region} ${problem}`, fix);
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
