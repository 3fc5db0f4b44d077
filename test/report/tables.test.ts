/** The tables of reports and reviews as data, and their rendering in each format. */
import { describe, expect, it } from 'vitest';
import { cells } from '../../src/report/document/columns.ts';
import { htmlTable } from '../../src/report/document/html-table.ts';
import { ink } from '../../src/report/document/ink.ts';
import { markdownDocument } from '../../src/report/document/markdown-document.ts';
import {
  BELOW_ROW,
  type ColumnOf,
  cellText,
  code,
  count,
  duration,
  id,
  ids,
  money,
  type Table,
  tableOf,
  time,
} from '../../src/report/document/table.ts';
import { textTable } from '../../src/report/document/text-document.ts';
import { changeKinds, reviewedTargets } from '../../src/report/review/review-targets.ts';
import { changesTable, groupedFindingsTable, kindsTable } from '../../src/report/review/tables.ts';
import { buildReport } from '../../src/report/run/build-report.ts';
import { tablesOfRun } from '../../src/report/run/tables.ts';
import { htmlOf, tablesOf } from './read-renderings.ts';
import { fiveThousandChanges } from './review-situations.ts';
import { finding, HOSTILE, REVIEWS, SITUATIONS } from './situations.ts';

/** The heading, titles and rows of a table as text. */
function textOf({ heading, columns, rows }: Table): string[] {
  const titles = columns.map(({ title }) => title).join(' | ');
  return [heading, titles, ...[...rows].map((row) => row.map((cell) => cellText(cell)).join(' | '))];
}

function tablesIn(situation: string): Record<string, string[]> {
  const { saved, entries } = SITUATIONS[situation]!();
  const tables = tablesOfRun(buildReport(saved, entries)).filter(({ rows }) => rows.length > 0);
  return Object.fromEntries(tables.map((table) => [table.id, textOf(table)]));
}

describe('the tables of a run', () => {
  it('show the processes, attempts and waits of a resumed run', () => {
    expect(tablesIn('a-resumed-run-with-an-unknown')).toMatchObject({
      attention: [
        'Needs attention',
        'Outcome | Instance | Name | Change | Message | Fix',
        'unknown | crs-8kd02mfa | cart-02 | shards 3 → 8 × 4 GB | no source could be read for 3 m | refit reconcile RUN',
        'skipped | crs-8kd02mfa | cart-02 | memory 4 GB → 8 GB × 8 shards | the step before it on this instance is unknown | ',
      ],
      waves: [
        'Waves',
        'Wave | Steps | Outcomes | Started | Ended | Duration',
        'canary | 1 | 1 verified | 2026-01-05 02:00:00 UTC | 02:03:00 | 3 m',
        'rest | 3 | 1 verified, 1 skipped, 1 unknown | 2026-01-05 02:03:10 UTC |  | ',
      ],
      processes: [
        'Processes',
        'At | User | Host | Pid | Version | Incomplete bytes removed',
        '2026-01-05 02:00:00 UTC | wei | ops-1 | 4242 | 0.1.0 | ',
        '2026-01-05 02:13:10 UTC | lin | ops-2 | 77 | 0.1.0 | 37',
      ],
      'run-waits': [
        'Waits of the run',
        'From | To | Reason | Details | Duration',
        '2026-01-05 02:03:10 UTC | 02:13:10 | no process running | its process died, or was aborted | 10 m',
      ],
      'step-waits': [
        'Waits of the steps',
        'Reason | Steps | Count | Total | Longest',
        'resolving an unanswered order | 1 | 2 | 3 m | 3 m',
        'execution of the change | 2 | 2 | 4 m | 3 m',
      ],
      attempts: [
        'Steps with several attempts or without a clear answer',
        'Instance | Change | Attempt',
        'crs-8kd02mfa | shards 3 → 8 × 4 GB | attempt 1, 02:03:10: no answer, the connection was reset',
        'crs-x1y2z3a4 | replicas 1 → 3 | attempt 1, 02:03:10: no answer recorded, order 20260105009999; resolved 02:13:10: executed, its order was found by time and instance',
      ],
    });
  });

  it('show the failed steps of a halted run and the steps that did not run', () => {
    const { attention, steps, waves } = tablesIn('a-halted-run');
    expect(attention!.slice(2).map((row) => row.split(' | ').at(-1))).toEqual(
      Array.from({ length: 3 }, () => 'the order ended, the size is the old one'),
    );
    expect(waves!.at(-1)).toBe('rest | 8 | 2 verified, 3 failed, 3 not run | 2026-01-05 02:02:50 UTC |  | ');
    expect(steps!.slice(2).map((row) => row.split(' | ')[0])).toEqual([
      'verified',
      ...Array.from({ length: 3 }, () => 'failed'),
      ...Array.from({ length: 2 }, () => 'verified'),
      ...Array.from({ length: 3 }, () => 'not run'),
    ]);
  });

  it('show no end for a run in progress, and only the plan without a journal', () => {
    expect(tablesIn('a-run-in-progress').waves!.at(-1)).toBe(
      'rest | 3 | 2 unknown, 1 not run | 2026-01-05 02:03:00 UTC |  | ',
    );
    const { waves, ...others } = tablesIn('a-plan-without-a-journal');
    expect(waves).toEqual([
      'Waves',
      'Wave | Steps | Outcomes | Started',
      'canary | 1 | 1 not run | not started',
      'rest | 3 | 3 not run | not started',
    ]);
    expect(Object.keys(others)).toEqual(['money', 'steps']);
  });

  it('show the process from which the next one took over', () => {
    expect(tablesIn('a-run-whose-processes-died').processes!.at(-1)).toBe(
      '2026-01-05 02:13:00 UTC | lin | ops-1 | 5151 | 0.1.0 | 112 | took over from pid 4242 on ops-1 (refit apply in runs/x)',
    );
  });

  it('show each bill next to its quote', () => {
    const { money: sums, 'billed-otherwise': otherwise } = tablesIn(
      'a-priced-run-with-a-failure-and-a-refusal',
    );
    expect(sums!.slice(1, 4)).toEqual([
      'By | Name | Steps | Quoted | Verified | Billed',
      'wave | canary | 1 | +¥412.00 once | +¥412.00 once | ¥412.00',
      'wave | rest | 3 | +¥2,580.50 once, ¥1.752 per hour | +¥980.50 once | ¥990.50',
    ]);
    expect(otherwise!.at(-1)).toBe(
      'crs-8kd02mfa | shards 3 → 8 × 4 GB | billed ¥990.50, ¥10.00 more than quoted',
    );
  });
});

describe('the tables of a review', () => {
  it('show the number of each step of an instance, and the reason', () => {
    const review = REVIEWS['a-priced-plan-that-is-ready']!();
    const { plan } = review;
    const table = changesTable(plan, reviewedTargets(review), plan.steps, { without: ['region'] });
    expect(textOf(table)).toEqual([
      'Changes',
      'Wave | Instance | Name | Edition | Step | Change | Reason | Before | After | Rollback | Why | Price',
      'canary | crs-5qlrlhux | cart-01 | redis-6.2-cluster |  | memory 4 GB → 8 GB × 3 shards |  | 4 GB × 3 shards × 1 replica | 8 GB × 3 shards × 1 replica | not known | the memory in use is not known | +¥412.00 once',
      'rest | crs-8kd02mfa | cart-02 | redis-6.2-cluster | 1/2 | shards 3 → 8 × 4 GB | first shards, then memoryPerShard, because this needs at most 64 GB between the steps; memoryPerShard, then shards needs 96 GB | 4 GB × 3 shards × 1 replica | 4 GB × 8 shards × 1 replica | not known | the memory in use is not known | +¥980.50 once',
      'rest | crs-8kd02mfa | cart-02 | redis-6.2-cluster | 2/2 | memory 4 GB → 8 GB × 8 shards |  | 4 GB × 8 shards × 1 replica | 8 GB × 8 shards × 1 replica | not known | the memory in use is not known | +¥1,600.00 once',
      'rest | crs-x1y2z3a4 | 购物车-上海 | redis-6.2-cluster |  | replicas 1 → 3 |  | 4 GB × 3 shards × 1 replica | 4 GB × 3 shards × 3 replicas | possible |  | ¥1.752 per hour',
    ]);
  });

  it('group many findings of one code into one row with their number', () => {
    const many = Array.from({ length: 5 }, (_, at) =>
      finding({ instance: `crs-0000000${at}`, message: 'so' }),
    );
    const table = groupedFindingsTable([
      ...many,
      finding({ code: 'Refit.Other', severity: 'note', message: 'else' }),
    ]);
    expect(textOf(table).map((row) => row.split(' | ').slice(0, 5).join(' | '))).toEqual([
      'Findings: 5 errors, 1 note',
      'Count | Severity | Code | Instance | Message',
      '5 | error | InvalidParameterValue.ReduceCapacityNotAllowed | crs-00000000 | so',
      '1 | note | Refit.Other | crs-8kd02mfa | else',
    ]);
  });

  it('summarise a long plan by kind of change, the most frequent first', () => {
    const kinds = changeKinds(fiveThousandChanges().plan.steps);
    expect(textOf(kindsTable(kinds)).slice(0, 3)).toEqual([
      'Changes by kind',
      'Change | Steps | Price',
      'memory 8 GB → 16 GB | 1,283 | +¥80,104.00 once, ¥80.208 per hour',
    ]);
    expect(kinds.reduce((sum, { own }) => sum + own.length, 0)).toBe(5001);
  });
});

interface Item {
  readonly id: string;
  readonly took: number | null;
  readonly remark: string;
}
const ITEMS: readonly Item[] = [
  { id: 'crs-00000001', took: 61_000, remark: 'nothing was wrong with it' },
  { id: 'crs-00000002', took: null, remark: '' },
];
const COLUMNS: readonly ColumnOf<Item, string>[] = [
  ['Instance', (item) => id(item.id)],
  ['Name', () => 'a-rather-long-name-of-an-instance', { under: 'Instance', minWidth: 10, bare: true }],
  ['Took', ({ took }) => duration(took)],
  ['Orders', () => ids(['20260105000001', '20260105000002']), { yields: 1 }],
  ['Seen', () => time('2026-01-05T02:00:00.000Z', '2026-01-05T00:00:00.000Z'), { in: 'documents' }],
  ['Size', () => count(12_345), { in: 'page', under: 'Orders' }],
  ['Empty', () => null],
  ['Remark', ({ remark }) => remark, BELOW_ROW],
];
const TABLE = tableOf(
  {
    id: 'items',
    heading: 'Items',
    note: 'All of them.',
    filters: [{ by: 'Instance', choices: ['a', 'crs-00000001'] }],
    anchors: ['crs-00000001/shards'],
  },
  ITEMS,
  COLUMNS,
);
const shownAt = (width: number, table = TABLE) => textTable(table, { width, inks: ink(false) });

describe('a table in a terminal', () => {
  it('aligns columns if there is room, and puts sentences under the rows', () => {
    expect(shownAt(120)).toEqual([
      '',
      'Items',
      '  All of them.',
      '  Instance      Name                                  Took  Orders',
      '  crs-00000001  a-rather-long-name-of-an-instance  1 m 1 s  20260105000001 20260105000002',
      '    nothing was wrong with it',
      '  crs-00000002  a-rather-long-name-of-an-instance           20260105000001 20260105000002',
    ]);
  });

  it('shrinks columns first, then moves values under the row with their titles', () => {
    expect(shownAt(80)[4]).toBe(
      '  crs-00000001  a-rather-long-name-of-a…  1 m 1 s  20260105000001 20260105000002',
    );
    expect(shownAt(60).slice(3, 7)).toEqual([
      '  Instance      Name                                  Took',
      '  crs-00000001  a-rather-long-name-of-an-instance  1 m 1 s',
      '    orders: 20260105000001 20260105000002',
      '    nothing was wrong with it',
    ]);
  });

  it.each([60, 80, 100, 120])('is never wider than %i columns', (width) => {
    expect(shownAt(width).filter((line) => cells(line) > width)).toEqual([]);
  });

  it('shows a few more rows instead of a line about hidden rows', () => {
    const many = (length: number) =>
      textTable(
        tableOf({ id: 'x', heading: 'X' }, Array.from({ length }), [['N', (_, at) => String(at)]]),
        { width: 80, inks: ink(false) },
        { most: 4, elsewhere: 'elsewhere' },
      );
    expect(many(6)).toHaveLength(3 + 6);
    expect(many(7).slice(3)).toEqual(['  0', '  1', '  2', '  3', '  3 more rows: elsewhere']);
    expect(many(0)).toEqual([]);
  });
});

describe('a table on a page', () => {
  const html = htmlTable(TABLE)!.raw;

  it('stacks columns, aligns quantities to the right, and has values for sorting', () => {
    expect(html).toContain('<caption id="items-c"><b>Items</b> All of them.</caption>');
    expect([...html.matchAll(/<th [^>]*>([^<]*)/g)].map(([, title]) => title)).toEqual([
      'Instance, name',
      'Took',
      'Orders',
      'Seen',
      'Remark',
    ]);
    expect(html).toContain(
      '<tr id="crs-00000001/shards" data-f="1"><td><span class="id">crs-00000001</span><small>a-rather-long-name-of-an-instance</small></td><td class="n" data-v="61000">1 m 1 s</td><td><span class="id">20260105000001</span> <span class="id">20260105000002</span><small>size: 12,345</small></td><td data-v="2026-01-05T02:00:00.000Z"><span class="nb">02:00:00</span></td><td>nothing was wrong with it</td></tr>',
    );
    expect(html).toMatch(/<form class="tools" data-for="items" hidden>/);
    expect(html).toContain(
      '<label>Instance <select name="instance"><option value="">all</option><option>a</option><option>crs-00000001</option></select></label>',
    );
  });
});

describe('a cell of hostile text', () => {
  const all: readonly ColumnOf<string, string>[] = [
    ['Text', (text) => text],
    ['Id', id, { under: 'Text' }],
    ['Code', code],
    ['Name', (text) => ({ kind: 'name', text })],
    ['Strong', (text) => ({ kind: 'strong', text })],
    ['Money', (text) => money(text)],
    ['Time', (text) => time(text)],
    ['Action', (text) => ({ kind: 'action', text, tone: text })],
    ['Excerpt', (text) => ({ kind: 'excerpt', text })],
    ['List', (text) => ids([text, text])],
    ['Remark', (text) => text, BELOW_ROW],
  ];
  const table = tableOf({ id: 'hostile', heading: HOSTILE, note: HOSTILE }, [HOSTILE], all);

  it('is escaped in every format and every kind of cell', () => {
    const html = htmlTable(table)!.raw;
    const markdown = markdownDocument([], [{ table }, { table, folded: true }], [], '');
    const text = shownAt(100, table).join('\n');
    for (const shown of [html, markdown, text]) {
      expect(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.exec(shown)).toBeNull();
      if (shown !== text) expect(shown.replace(/`+[^`]*`+/g, '')).not.toMatch(/<script|<img/);
    }
    for (const { head, rows } of tablesOf(htmlOf(markdown)))
      for (const row of rows) expect(row.length).toBe(head.length);
  });
});
