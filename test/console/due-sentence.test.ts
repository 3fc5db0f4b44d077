/** What a plan on schedule will do, in one sentence that people can repeat. */
import { expect, it } from 'vitest';
import { dueSentence } from '../../src/console/ui/pages/schedule/due-sentence.ts';
import { en, type WordId } from '../../src/console/ui/words/en.ts';
import { fill, type Values } from '../../src/console/ui/words/fill.ts';
import { zh } from '../../src/console/ui/words/zh.ts';
import { loadWords } from '../../src/messages/languages.ts';
import type { PlanFacts } from '../../src/operations/reviews/plan-facts.ts';

const GB = 1_024;
const NOTHING: PlanFacts = {
  ...{ verdict: 'no-change', instances: 0, steps: 0, regions: [], groups: [], others: 0, first: [] },
  ...{ memory: { before: 0, after: 0 }, leftOut: { count: 0, reasons: [] }, unchanged: 0, refusedBy: [] },
  ...{ prices: null, takes: null, approvals: [], inventory: { source: 'live', readAt: '' } },
};
const to = (least: number, most = least) => [{ dimension: 'memoryPerShard', least, most } as const];
const TUESDAY: PlanFacts = {
  ...{ ...NOTHING, verdict: 'ready', instances: 16, steps: 16, regions: ['ap-guangzhou'], unchanged: 3 },
  groups: [
    { name: 'session*', instances: 8, to: to(8 * GB) },
    { name: 'ledger*', instances: 8, to: to(16 * GB) },
  ],
  memory: { before: 508 * GB, after: 1_040 * GB },
  leftOut: {
    count: 4,
    reasons: [
      { code: 'Refit.ShrinkDenied', count: 3 },
      { code: 'ResourceUnavailable.SaleOut', count: 1 },
    ],
  },
};

it.each([
  [
    'changes of two targets',
    TUESDAY,
    '16 instances in ap-guangzhou: 8 named session* to 8 GB per shard, 8 named ledger* to 16 GB per shard; memory 508 GB → 1,040 GB; 4 left out (3 would shrink, 1 sold out); 3 already right',
    'ap-guangzhou 的 16 个实例：8 个名称为 session* 的变为每分片 8 GB、8 个名称为 ledger* 的变为每分片 16 GB；内存 508 GB → 1,040 GB；4 个被排除（3 个会缩容、1 个已售罄）；3 个已是目标规格',
  ],
  [
    'one instance, and a reason without words',
    {
      ...{ ...TUESDAY, instances: 1, unchanged: 0, memory: { before: 4 * GB, after: 8 * GB } },
      groups: [{ name: null, instances: 1, to: to(8 * GB) }],
      leftOut: { count: 2, reasons: [{ code: 'Refit.Odd', count: 1 }] },
    },
    '1 instance in ap-guangzhou: 1 to 8 GB per shard; memory 4 GB → 8 GB; 2 left out (1 Refit.Odd, and 1 more)',
    'ap-guangzhou 的 1 个实例：1 个变为每分片 8 GB；内存 4 GB → 8 GB；2 个被排除（1 个 Refit.Odd、还有 1 个）',
  ],
  [
    'relative sizes in many regions',
    {
      ...{ ...TUESDAY, regions: ['a', 'b', 'c', 'd'], leftOut: NOTHING.leftOut, unchanged: 0, others: 4 },
      groups: [{ name: 'x*', instances: 12, to: to(2 * GB, 8 * GB) }],
    },
    '16 instances in 4 regions: 12 named x* to 2 GB–8 GB per shard, 4 more of other targets; memory 508 GB → 1,040 GB',
    '4 个地域的 16 个实例：12 个名称为 x* 的变为每分片 2 GB 至 8 GB、其他目标还有 4 个；内存 508 GB → 1,040 GB',
  ],
  [
    'nothing',
    { ...NOTHING, unchanged: 7 },
    'It orders nothing; 7 already right',
    '不会下单；7 个已是目标规格',
  ],
  [
    'a plan that is blocked',
    { ...NOTHING, verdict: 'blocked' as const, refusedBy: ['Refit.CostAboveGuard'] },
    'Blocked by Refit.CostAboveGuard, so nothing is ordered',
    '被 Refit.CostAboveGuard 阻断，因此不会下单',
  ],
])('says %s in both languages', async (_, facts, english, chinese) => {
  for (const [language, table, expected] of [
    ['en', en, english],
    ['zh', zh, chinese],
  ] as const) {
    const say = (id: WordId, values: Values = {}) => fill(table[id], values);
    expect(dueSentence(facts, { say, show: (await loadWords(language)).show })).toBe(expected);
  }
});
