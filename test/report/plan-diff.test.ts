// Goal: two saved plans are the same if Refit does the same, and the diff shows every difference that counts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { english } from '../../src/messages/words.ts';
import { chinese } from '../../src/messages/zh/words.ts';
import type { SavedPlan } from '../../src/model.ts';
import { diffInWords } from '../../src/report/plan-diff/describe-diff.ts';
import { diffPlans } from '../../src/report/plan-diff/plan-diff.ts';
import {
  PLAN_DIFF_FORMATS,
  type PlanDiffFormat,
  renderPlanDiff,
} from '../../src/report/plan-diff/render-plan-diff.ts';
import { htmlOf, tablesOf, tagsOf } from './read-renderings.ts';
import { largeFleet, reviewFullOf } from './review-situations.ts';
import { type Case, finding, HOSTILE, savedPlan } from './situations.ts';

const CASES: readonly Case[] = largeFleet(6, true).map((one, at) => ({ ...one, wave: at < 1 ? 0 : 1 }));
const PLAN = savedPlan(CASES, { windows: windows(['Tue-Thu 01:00-05:00'], '2027-01-05T00:00:00.000Z') });
const OTHER_DIGEST = '00'.repeat(32);

function windows(allow: readonly string[], knownUntil: string): NonNullable<SavedPlan['windows']> {
  const calendars = [{ file: 'promo.ics', knownUntil, freezes: [] }];
  return { timezone: 'Asia/Shanghai', allow, freeze: [], lastStart: 0, atClose: 'drain', calendars };
}

const render = (from: SavedPlan, to: SavedPlan, format: PlanDiffFormat = 'text', all = false) =>
  renderPlanDiff(diffPlans(from, to), format, {
    color: false,
    width: 200,
    all,
    elsewhere: 'refit diff a b --all',
  });

/** Changes of a plan, and the text that the diff must show. */
const DIFFERENCES: readonly [name: string, change: (plan: SavedPlan) => SavedPlan, text: RegExp][] = [
  [
    'one more step',
    () => savedPlan([...CASES, { ...CASES[5]!, instance: 'crs-added001', wave: 1 }]),
    /\+ crs-added001\/memoryPerShard {2}memory 16 GB → 32 GB( × 3 shards)?, ap-guangzhou, wave rest, ¥0\.105 per hour/,
  ],
  [
    'one step less',
    () => savedPlan(CASES.slice(0, 5)),
    /- crs-00000005\/memoryPerShard {2}memory 16 GB → 32 GB/,
  ],
  [
    'another size',
    () =>
      savedPlan([
        ...CASES.slice(0, 5),
        { ...CASES[5]!, changes: [{ memoryPerShard: 24_576, price: 0.105, basis: 'hourly' }] },
      ]),
    /~ crs-00000005\/memoryPerShard {2}to 32 GB → 24 GB/,
  ],
  [
    'another wave',
    () => savedPlan(CASES.map((one) => ({ ...one, wave: 1 }))),
    /~ crs-00000000\/memoryPerShard {2}wave canary → rest/,
  ],
  [
    'another price',
    () => savedPlan([{ ...CASES[0]!, changes: [{ memoryPerShard: 8192, price: 999 }] }, ...CASES.slice(1)]),
    /quote \+¥100\.00 once → \+¥999\.00 once/,
  ],
  [
    'other nodes',
    (plan) => ({
      ...plan,
      steps: plan.steps.map((step, at) =>
        at === 1
          ? { ...step, nodes: { kind: 'add' as const, zones: [{ code: 'ap-shanghai-4', number: 200004 }] } }
          : step,
      ),
    }),
    /replicas {2}nodes none → \+ap-shanghai-4/,
  ],
  [
    'a setting of the execution',
    (plan) => ({ ...plan, execution: { ...plan.execution, inFlight: 40 } }),
    /~ execution\.inFlight {2}20 → 40/,
  ],
  [
    'a threshold',
    (plan) => ({
      ...plan,
      execution: { ...plan.execution, haltWhen: { ...plan.execution.haltWhen, failed: null } },
    }),
    /~ execution\.haltWhen\.failed {2}\{.*\} → none/,
  ],
  [
    'a spread',
    (plan) => ({ ...plan, spread: { by: 'tags.app', maxInFlight: 1 } }),
    /\+ spread\.by {2}none → tags\.app/,
  ],
  [
    'approvals',
    (plan) => ({ ...plan, approvals: { need: 1, authors: [], approvers: [{ name: 'wei', key: 'a' }] } }),
    /\+ approvals/,
  ],
  [
    'a window',
    (plan) => ({ ...plan, windows: windows(['Fri 01:00-02:00'], '2027-01-05T00:00:00.000Z') }),
    /~ windows\.allow {2}\["Tue-Thu 01:00-05:00"\] → \["Fri 01:00-02:00"\]/,
  ],
  [
    'a freeze in a calendar',
    (plan) => ({
      ...plan,
      windows: {
        ...plan.windows!,
        calendars: [{ ...plan.windows!.calendars[0]!, freezes: [{ from: 'a', to: 'b', title: 'sale' }] }],
      },
    }),
    /windows\.calendars\.promo\.ics\.freezes/,
  ],
  [
    'the rollout options of a wave',
    (plan) => ({ ...plan, waves: plan.waves.map((wave) => ({ ...wave, soak: 60_000 })) }),
    /\+ wave canary\.soak {2}none → 60000/,
  ],
  [
    'a wave of another name',
    (plan) => ({
      ...plan,
      waves: plan.waves.map((wave, at) => (at === 1 ? { ...wave, name: 'all' } : wave)),
    }),
    /\+ all {2}added[\s\S]*- rest {2}removed/,
  ],
  [
    'waves in another order',
    (plan) => ({
      ...plan,
      waves: plan.waves.toReversed(),
      steps: plan.steps.map((step) => ({ ...step, wave: 1 - step.wave })),
    }),
    /~ all {2}order changed/,
  ],
  [
    'steps of a wave in another order',
    (plan) => ({ ...plan, waves: plan.waves.map((wave) => ({ ...wave, steps: wave.steps.toReversed() })) }),
    /~ rest {2}order of its steps changed/,
  ],
  ['a ticket', (plan) => ({ ...plan, change: 'CHG-2' }), /~ change {2}CHG-20481 → CHG-2/],
  [
    'finishBy',
    (plan) => ({ ...plan, finishBy: '2026-01-06T00:00:00Z' }),
    /~ finishBy {2}none → 2026-01-06T00:00:00Z/,
  ],
  [
    'the time to expiry',
    (plan) => ({ ...plan, expiresAt: '2026-01-06T01:58:30.000Z' }),
    /~ expires {2}2 d → 1 d/,
  ],
  [
    'a hook',
    (plan) => ({ ...plan, hooks: { halt: ['page'] } }),
    /1 effect\n\s*[+-] run command {2}at halt: page\n/,
  ],
  [
    'a webhook with its variable',
    (plan) => ({
      ...plan,
      notify: [{ url: null, urlEnv: 'URL', form: 'json', on: ['end'], secretEnv: null }],
    }),
    /\+ notify {2}the address in \$URL[\s\S]*\+ read variable {2}\$URL/,
  ],
  [
    'the command of a gate',
    (plan) => ({
      ...plan,
      waves: plan.waves.map((wave) => ({
        ...wave,
        gate: { command: ['check'], timeout: 1000, onInconclusive: 'pause', shadow: false },
      })),
    }),
    /\+ run command {2}after wave canary: check; it must exit 0/,
  ],
  [
    'a precondition',
    (plan) => ({
      ...plan,
      preconditions: plan.preconditions.map((one, at) =>
        at === 0 ? { ...one, billing: 'postpaid' as const } : one,
      ),
    }),
    /~ crs-00000000 {2}billing prepaid → postpaid/,
  ],
  [
    'a blocked target',
    (plan) => ({ ...plan, blocked: [{ instance: 'crs-b', region: 'r', findings: [finding()] }] }),
    /\+ crs-b {2}InvalidParameterValue\.ReduceCapacityNotAllowed/,
  ],
  [
    'an unchanged target',
    (plan) => ({ ...plan, unchanged: [{ instance: 'crs-u', region: 'r', reason: { id: 'x', params: {} } }] }),
    /\+ crs-u {2}already has the requested size/,
  ],
  [
    'a finding',
    (plan) => ({ ...plan, findings: [finding({ severity: 'note', code: 'Refit.InWindows' })] }),
    /\+ Refit\.InWindows {2}note: /,
  ],
  [
    'a key of a later format',
    (plan) => ({ ...plan, somethingNew: { limit: 3 } }) as SavedPlan,
    /\+ somethingNew\.limit {2}none → 3/,
  ],
];

describe('two saved plans', () => {
  it('are the same plan', () => {
    expect(diffPlans(PLAN, PLAN)).toMatchObject({ same: true, readings: [] });
    expect(render(PLAN, PLAN)).toMatch(/^SAME {2}both files contain the same plan\n/);
  });

  it('are the same if only readings differ, and the diff shows them', () => {
    const later: SavedPlan = {
      ...PLAN,
      digest: OTHER_DIGEST,
      file: 'elsewhere.yaml',
      sealedAt: '2026-01-06T01:58:30.000Z',
      expiresAt: '2026-01-08T01:58:30.000Z',
      inventory: { ...PLAN.inventory, readAt: '2026-01-06T01:00:00.000Z', instances: 241 },
      forecast: { ...PLAN.forecast, monitorCalls: 2 },
      windows: windows(['Tue-Thu 01:00-05:00'], '2027-01-06T00:00:00.000Z'),
      preconditions: PLAN.preconditions.map((one) => ({
        ...one,
        readAt: '2026-01-06T01:00:00.000Z',
        reason: { id: 'x', params: {} },
      })),
      steps: PLAN.steps.map((step) => ({
        ...step,
        location: null,
        quote: step.quote && { ...step.quote, readAt: 'x' },
      })),
    };
    const text = render(PLAN, later);
    expect(diffPlans(PLAN, later).same).toBe(true);
    expect(text).toMatch(/^SAME {2}both plans do the same; only readings differ/);
    expect(text).toContain('~ inventory.instances  240 → 241');
    expect(text).toContain('~ calendars.promo.ics  2027-01-05T00:00:00.000Z → 2027-01-06T00:00:00.000Z');
  });

  it.each(DIFFERENCES)('differ in %s, in both directions', (_, change, expected) => {
    const to = { ...change(PLAN), digest: OTHER_DIGEST };
    const text = render(PLAN, to);
    expect(diffPlans(PLAN, to).same).toBe(false);
    expect(diffPlans(to, PLAN).same).toBe(false);
    expect(text).toMatch(/^DIFFERENT {2}/);
    expect(text).toMatch(expected);
  });
});

describe('the difference of two plans', () => {
  const large = [
    savedPlan(largeFleet(4808, true), {}, ['a', 'b', 'c']),
    savedPlan(largeFleet(4808, false), {}, ['a', 'b', 'c']),
  ] as const;

  it('of 5,000 steps fits one screen and one comment, and --all shows everything', () => {
    expect(render(...large).split('\n').length).toBeLessThan(60);
    expect(render(...large)).toContain('4,981 more rows not shown; use --all');
    expect(render(...large, 'text', true).split('\n').length).toBeGreaterThan(5000);
    const markdown = render(...large, 'markdown');
    expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(65_536);
    expect(markdown).toMatch(/rows are not shown\.\*\* To show all rows: `refit diff a b --all`/);
  });

  it('fits its schema as JSON', () => {
    const schemas = join(import.meta.dirname, '../../schemas');
    const read = (name: string) => JSON.parse(readFileSync(join(schemas, name), 'utf8'));
    const ajv = new Ajv2020({
      discriminator: true,
      strict: true,
      strictRequired: false,
      allowUnionTypes: true,
      validateFormats: false,
    });
    ajv.addSchema(read('saved-plan.schema.json'));
    ajv.addSchema(read('review.schema.json'));
    const validate = ajv.compile(read('plan-diff.schema.json'));
    for (const [, change] of DIFFERENCES) {
      validate(JSON.parse(render(PLAN, { ...change(PLAN), digest: OTHER_DIGEST }, 'json')));
      expect(validate.errors ?? []).toEqual([]);
    }
  });

  it.each(PLAN_DIFF_FORMATS)('is harmless with hostile text as %s', (format) => {
    const shown = render(PLAN, reviewFullOf(HOSTILE).plan, format, true);
    expect(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.exec(shown)).toBeNull();
    if (format !== 'markdown') return;
    const html = htmlOf(shown);
    const own = 'h2 p strong ul li code table thead tbody tr th td details summary span'.split(' ');
    expect(tagsOf(html).filter((tag) => !own.includes(tag))).toEqual([]);
    for (const { head, rows } of tablesOf(html)) for (const row of rows) expect(row.length).toBe(head.length);
  });
});

describe('the same differences for pages', () => {
  it.each(DIFFERENCES)('show %s in both languages', (_, change) => {
    const diff = diffPlans(PLAN, change(PLAN));
    const [inEnglish, inChinese] = [english, chinese].map((words) => diffInWords(diff, words));
    expect(inEnglish!.length).toBeGreaterThan(0);
    expect(inChinese!.map(({ rows }) => rows.length)).toEqual(inEnglish!.map(({ rows }) => rows.length));
    expect(JSON.stringify([inEnglish, inChinese])).not.toMatch(/undefined|\[object|execution|haltWhen|60000/);
    for (const { heading } of inChinese!) expect(heading).not.toMatch(/[a-z]/i);
  });
});
