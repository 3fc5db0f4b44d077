import { describe, expect, it } from 'vitest';
import type { Instance, Plan, Select, UseCondition } from '../../../src/model.ts';
import { draftPlan, finishPlan } from '../../../src/plan/make-plan.ts';
import { parsePlan } from '../../../src/plan/parse/parse-plan.ts';
import { useQuestionsOf } from '../../../src/plan/resolve/use-questions.ts';
import { readSavedPlan } from '../../../src/plan/saved/read-saved-plan.ts';
import { encodeSavedPlan } from '../../../src/plan/saved/seal-plan.ts';
import { GB, inventory, NOW, standard } from '../fixtures/small-fleet.ts';
import { filled, historyOf, useOf } from './history.ts';

const fleet = ['full', 'half', 'young', 'new', 'frozen'].map((name, n) =>
  standard({ id: `crs-0000000${n + 1}`, name, tags: { env: name === 'frozen' ? 'old' : 'prod' } }),
);
const [full, half, young, fresh, frozen] = fleet as [Instance, Instance, Instance, Instance, Instance];
const HISTORIES = [
  [full, historyOf(full, filled(full, 91))],
  [half, historyOf(half, filled(half, 50))],
  [young, historyOf(young, filled(young, 95), 100)],
  [fresh, null],
  [frozen, historyOf(frozen, filled(frozen, 85))],
] as const;

function planOf(target: string, more = ''): Plan {
  const text = `version: 1\nname: test\ndefaults: { region: ap-guangzhou }\n${more}targets:\n  - ${target}\n`;
  const { plan, findings } = parsePlan(text, 'plan.yaml');
  expect(findings).toEqual([]);
  return plan!;
}

function review(target: string, more = '') {
  const plan = planOf(target, more);
  const fleetNow = inventory(fleet);
  const first = draftPlan(plan, fleetNow, NOW);
  const asked = new Set(first.toLookUp.map(({ id }) => id));
  const use = useOf(
    HISTORIES.filter(([{ id }]) => asked.has(id)),
    useQuestionsOf(plan),
  );
  const draft = draftPlan(plan, fleetNow, NOW, [], use);
  const made = finishPlan(draft, { quotes: null, now: NOW, saveAs: null, source: 'fleet.json' });
  return { asked: [...asked], review: made, draft };
}

const ids = ({ plan }: ReturnType<typeof review>['review']) =>
  plan.preconditions.map(({ instance }) => instance);
const codes = ({ findings }: ReturnType<typeof review>['review']) =>
  findings.filter(({ severity }) => severity !== 'note').map(({ code, severity }) => `${severity} ${code}`);

describe('a selector by use', () => {
  it('selects what fulfils it, and warns about what it cannot decide', () => {
    const { review: made } = review(
      '{ select: { tags: { env: prod }, used: "> 80%" }, memoryPerShard: 8GB }',
    );
    expect(made.verdict).toBe('ready');
    expect(ids(made)).toEqual([full.id]);
    const [warning] = made.findings.filter(({ code }) => code === 'Refit.UsageUnknown');
    expect(warning).toMatchObject({
      severity: 'warning',
      message:
        'the selector cannot decide about 2 instances, which Refit leaves out: too few hours of use are known; crs-00000003 (100 of 336 hours), crs-00000004 (0 of 336 hours)',
      fix: 'refit usage collect --region ap-guangzhou',
    });
  });

  it('asks only for instances that meet the other conditions', () => {
    const { asked } = review('{ select: { tags: { env: old }, used: "> 80%" }, memoryPerShard: 8GB }');
    expect(asked).toEqual([frozen.id]);
  });

  it('seals the figure that selected an instance', () => {
    const { review: made } = review(
      '{ select: { ids: [crs-00000001], used: "> 80%", statistic: p99 }, memoryPerShard: 8GB }',
    );
    if (made.verdict !== 'ready') throw new Error(made.verdict);
    const saved = readSavedPlan(encodeSavedPlan(made.plan));
    expect(saved.preconditions[0]!.reason).toEqual({
      id: 'reason.selected-by-use',
      params: {
        ...{ of: 'memory', statistic: 'p99', over: 1_209_600_000, value: 91, found: 336, hours: 336 },
        ...{ operator: '>', limit: 80 },
      },
    });
  });

  it('finds nothing without an error, if everything is known', () => {
    const { review: made } = review(
      '{ select: { ids: [crs-00000002], used: "> 80%" }, memoryPerShard: 8GB }',
    );
    expect(made.verdict).toBe('no-change');
    expect(codes(made)).toEqual(['warning Refit.NoMatch']);
    expect(made.findings[0]!.message).toContain('1 instance meets its other conditions');
  });

  it('refuses if it finds nothing and something is not known', () => {
    const { review: made } = review(
      '{ select: { ids: [crs-00000004], used: "> 80%" }, memoryPerShard: 8GB }',
    );
    expect(made.verdict).toBe('blocked');
    expect(codes(made)).toEqual(['error Refit.UsageUnknown']);
    expect(made.next).toContain('Refit.UsageUnknown');
    const skipped = review(
      '{ select: { ids: [crs-00000004], used: "> 80%" }, memoryPerShard: 8GB }',
      'onBlocked: skip\n',
    );
    expect(codes(skipped.review)).toEqual(['warning Refit.UsageUnknown', 'warning Refit.NoMatch']);
  });

  it('leaves out what an exclusion cannot decide about', () => {
    const { review: made } = review(
      '{ select: { all: true }, exclude: [{ used: "< 60%" }], memoryPerShard: 8GB }',
    );
    expect(ids(made)).toEqual([full.id, frozen.id]);
    expect(made.findings.find(({ code }) => code === 'Refit.UsageUnknown')!.message).toContain(
      'exclude cannot decide about 2 instances',
    );
  });

  it('does not warn about instances that another condition decides', () => {
    const { review: made } = review(
      '{ select: { used: "> 80%", evictions: ">= 1" }, exclude: [crs-00000003, crs-00000004], memoryPerShard: 8GB }',
    );
    expect(codes(made)).toEqual(['warning Refit.NoMatch']);
  });

  it('combines conditions on use', () => {
    const { review: made } = review(
      '{ select: { ids: [crs-00000001, crs-00000002, crs-00000005], used: "> 40%", evictions: "<= 0" }, exclude: [{ used: "> 90%" }], memoryPerShard: 8GB }',
    );
    expect(ids(made)).toEqual([half.id, frozen.id]);
  });

  it.each([
    ['14d', ''],
    ['28d', ''],
    ['60d', ' --days 60'],
    ['365d', ' --days 93'],
  ])('names the command that collects enough for %s', (over, more) => {
    const plan = planOf(`{ select: { used: "> 80%", over: ${over} }, memoryPerShard: 8GB }`);
    const [finding] = draftPlan(plan, inventory([full]), NOW).findings;
    expect(finding!.fix).toBe(`refit usage collect --region ap-guangzhou${more}`);
  });

  it('knows nothing without a history, and says so', () => {
    const plan = planOf('{ select: { used: "> 80%" }, memoryPerShard: 8GB }');
    const draft = draftPlan(plan, inventory([full]), NOW);
    expect(draft.toLookUp).toEqual([full]);
    expect(draft.findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      'error Refit.UsageUnknown',
    ]);
  });
});

const conditions = (select: string): readonly UseCondition[] | undefined => {
  const { match } = planOf(`{ select: ${select}, memoryPerShard: 8GB }`).targets[0]!;
  return match.kind === 'select' ? (match.select as Select).use : undefined;
};
const DAYS = 86_400_000;

describe('the text of a selector by use', () => {
  it.each([
    ['{ used: "> 80%" }', [{ of: 'memory', statistic: 'max', over: 14 * DAYS, operator: '>', value: 80 }]],
    [
      '{ cpu: ">=62.5%", bandwidth: "<= 5%", over: 36h, statistic: p95 }',
      [
        { of: 'cpu', statistic: 'p95', over: 1.5 * DAYS, operator: '>=', value: 62.5 },
        { of: 'bandwidth', statistic: 'p95', over: 1.5 * DAYS, operator: '<=', value: 5 },
      ],
    ],
    [
      '{ evictions: "> 0" }',
      [{ of: 'evictions', statistic: 'sum', over: 14 * DAYS, operator: '>', value: 0 }],
    ],
    ['{ tags: { env: prod } }', undefined],
  ])('%s', (select, expected) => {
    expect(conditions(select)).toEqual(expected);
  });

  it('asks every question of a plan once', () => {
    const target =
      '{ select: { used: "> 80%", cpu: "> 5%" }, exclude: [{ used: "> 95%" }], memoryPerShard: 8GB }';
    expect(useQuestionsOf(planOf(target)).map(({ of }) => of)).toEqual(['memory', 'cpu']);
  });

  it.each([
    ['{ used: 80% }', 'used: "> 80%"', null],
    ['{ used: 80 }', 'used: "> 80%"', null],
    ['{ used: ">80 %" }', 'used: "> 80%"', null],
    ['{ used: "=> 80%" }', 'used: ">= 80%"', null],
    ['{ evictions: 0 }', 'evictions: "> 0"', null],
    ['{ evictions: "> -1" }', null, 'evictions: "> 0"'],
    ['{ used: 0.8 }', null, 'used: "> 80%"'],
    ['{ used: "> -5%" }', null, 'used: "> 80%"'],
    ['{ used: "> 0.001%" }', null, 'used: "> 80%"'],
    ['{ used: "> 1000%" }', null, 'used: "> 80%"'],
    ['{ used: "> 100%" }', null, 'used: "> 80%"'],
    ['{ used: "<= 100%" }', null, 'used: "> 80%"'],
    ['{ cpu: ">= 0%" }', null, 'cpu: "> 80%"'],
    ['{ cpu: "< 0%" }', null, 'cpu: "> 80%"'],
    ['{ evictions: ">= 0" }', null, 'evictions: "> 0"'],
    ['{ used: "> 80%", over: 0d }', null, 'over: 14d'],
    ['{ used: "> 80%", over: 1h }', null, 'over: 14d'],
    ['{ used: "> 80%", over: 9999d }', null, 'over: 14d'],
    ['{ used: "> 80%", over: 2 weeks }', 'over: 14d', null],
    ['{ used: "> 80%", statistic: P99 }', 'statistic: p99', null],
    ['{ all: true, over: 14d }', null, 'used: "> 80%" beside over'],
    ['{ all: true, statistic: p99 }', null, 'used: "> 80%" beside statistic'],
    ['{ evictions: "> 0", statistic: p99 }', 'remove statistic', null],
  ])('refuses %s with something to type', (select, fix, example) => {
    const text = `version: 1\nname: test\ntargets:\n  - { select: ${select}, memoryPerShard: 8GB }\n`;
    const { plan, findings } = parsePlan(text, 'plan.yaml');
    expect(plan).toBeNull();
    expect(findings.map((one) => [one.fix, one.example, one.location?.line])).toEqual([[fix, example, 4]]);
  });

  it.each([
    ['usage', 'used'],
    ['memory', 'used'],
    ['evicted', 'evictions'],
    ['traffic', 'bandwidth'],
    ['percentile', 'statistic'],
  ])('knows what %s means', (written, meant) => {
    const text = `version: 1\nname: test\ntargets:\n  - { select: { ${written}: "> 80%" }, memoryPerShard: 8GB }\n`;
    expect(parsePlan(text, 'plan.yaml').findings.map(({ fix }) => fix)).toContain(`did you mean ${meant}?`);
  });

  it('refuses the same in an exclusion', () => {
    const text = `version: 1\nname: test\ntargets:\n  - { select: { all: true }, exclude: [{ used: ">= 0%" }], memoryPerShard: ${4 * GB} }\n`;
    expect(parsePlan(text, 'plan.yaml').findings.map(({ code }) => code)).toEqual(['Refit.BadValue']);
  });
});
