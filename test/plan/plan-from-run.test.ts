// Goal: a run becomes the plan that takes it back, or that asks again, and nothing else becomes part of it.
import { describe, expect, it } from 'vitest';
import { initialStepState } from '../../src/journal/fold-step.ts';
import type {
  ApproversOfRun,
  Gate,
  Instance,
  Outcome,
  PlanReview,
  PlanSource,
  PlanTarget,
  RunState,
  SavedPlan,
  SavedWindows,
  SealedCalendar,
  Size,
} from '../../src/model.ts';
import { draftPlan, finishPlan } from '../../src/plan/make-plan.ts';
import { type FromRun, planFromRun } from '../../src/plan/plan-from-run.ts';
import { readSavedPlan } from '../../src/plan/saved/read-saved-plan.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { approver } from '../approval/people.ts';
import { sealedPlan } from './fixtures/sealed-plan.ts';
import {
  CATALOGUE,
  GB,
  instance,
  inventory,
  NOW,
  offer,
  plan,
  size,
  standard,
  target,
} from './fixtures/small-fleet.ts';

const A = 'crs-aaaaaaaa';
const B = 'crs-bbbbbbbb';
const HEAD = 'f'.repeat(64);
const zone = (n: number) => ({ code: `ap-guangzhou-${n}`, number: 100_000 + n });

/** A run of a plan for a cluster in two steps and a standard instance in one, with the outcomes of the three. */
function runOf(outcomes: readonly Outcome[], is: Partial<SavedPlan> = {}) {
  const saved = sealedPlan(
    finishPlan(
      draftPlan(
        plan([target(A, { memoryPerShard: 8 * GB, shards: 5 }), target(B, { memoryPerShard: 8 * GB })], {
          defaults: { region: 'ap-guangzhou', profile: null },
          waves: [
            { name: 'canary', take: { kind: 'count', count: 1 } },
            { name: 'others', take: { kind: 'rest' } },
          ],
        }),
        inventory(FLEET),
        NOW,
      ),
      { quotes: null, now: NOW, saveAs: null },
    ),
  );
  expect(saved.steps).toHaveLength(3);
  const steps = new Map(
    saved.steps.map(({ id }, index) => [id, { ...initialStepState(id), outcome: outcomes[index]! }] as const),
  );
  const state = { steps, head: HEAD } as unknown as RunState;
  return { directory: 'runs/one', saved: { ...saved, ...is }, state, finished: true };
}

/** What is sold, also in the zones of the multi-zone instances. */
const SOLD = {
  catalogue: {
    ...CATALOGUE,
    offers: [...CATALOGUE.offers, ...[4, 5].map((n) => offer({ zone: `ap-guangzhou-${n}` }))],
  },
};
const FLEET = [instance({ id: A }), standard({ id: B })];
/** The fleet with other sizes. */
const at = (a: Size, b: Size): Instance[] => [instance({ id: A, size: a }), standard({ id: B, size: b })];

function reviewOf(
  kind: PlanSource['kind'],
  run: ReturnType<typeof runOf>,
  fleet: readonly Instance[],
): PlanReview {
  const { plan: made, findings } = planFromRun(kind, run, { now: NOW });
  const draft = draftPlan(made, inventory(fleet, SOLD), NOW);
  const withOrigin = { ...draft, findings: [...findings, ...draft.findings] };
  return finishPlan(withOrigin, { quotes: null, now: NOW, saveAs: 'undo.json' });
}

/** What would be ordered, and what is blocked and why. */
function says({ plan: { steps, blocked, unchanged } }: PlanReview): string[] {
  return [
    ...steps.map(({ instance: id, change }) => `${id} ${change.dimension} ${change.from} > ${change.to}`),
    ...unchanged.map(({ instance: id }) => `${id} unchanged`),
    ...blocked.map(({ instance: id, findings }) => `${id} ${findings.map(({ code }) => code).join(' ')}`),
  ];
}

const BEFORE = { a: size(4 * GB, 3), b: size(4 * GB) };
const AFTER = { a: size(8 * GB, 5), b: size(8 * GB) };

describe('the steps that a rollback makes', () => {
  // Usual order of a growth in both: see order-steps.
  const first = runOf([]).saved.steps[0]!;
  const half = first.after;
  it.each<[string, readonly Outcome[], readonly Instance[], readonly string[]]>([
    [
      'everything was verified and is as the run left it: everything goes back',
      ['verified', 'verified', 'verified'],
      at(AFTER.a, AFTER.b),
      [`${A} shards 5 > 3`, `${A} memoryPerShard 8192 > 4096`, `${B} memoryPerShard 8192 > 4096`],
    ],
    [
      'what was not verified is left alone',
      ['refused', 'skipped', 'verified'],
      at(BEFORE.a, AFTER.b),
      [`${B} memoryPerShard 8192 > 4096`],
    ],
    [
      'of an instance whose second step failed the first goes back',
      ['verified', 'failed', 'not-run'],
      at(half, BEFORE.b),
      [`${A} ${first.change.dimension} ${first.change.to} > ${first.change.from}`],
    ],
    [
      'what somebody has changed since is a finding',
      ['verified', 'verified', 'verified'],
      at(AFTER.a, size(16 * GB)),
      [`${A} shards 5 > 3`, `${A} memoryPerShard 8192 > 4096`, `${B} Refit.NotAsLeft`],
    ],
    [
      'what is back already is unchanged',
      ['verified', 'verified', 'verified'],
      at(AFTER.a, BEFORE.b),
      [`${A} shards 5 > 3`, `${A} memoryPerShard 8192 > 4096`, `${B} unchanged`],
    ],
    [
      'what nobody knows the outcome of is a finding, whatever its size is',
      ['verified', 'unknown', 'unknown'],
      at(half, BEFORE.b),
      [`${A} Refit.OutcomeUnknown`, `${B} Refit.OutcomeUnknown`],
    ],
    [
      'an instance that is gone is a finding',
      ['not-run', 'not-run', 'verified'],
      [FLEET[0]!],
      [`${B} ResourceNotFound.InstanceNotExists`],
    ],
    ['nothing was verified: nothing is to do', ['failed', 'skipped', 'drifted'], FLEET, []],
  ])('%s', (_, outcomes, fleet, expected) => {
    const review = reviewOf('rollback', runOf(outcomes), fleet);
    expect(says(review).sort()).toEqual([...expected].sort());
  });

  it('are refused where the data would not fit any more, by the ordinary rule of 1.3', () => {
    const fleet = [
      FLEET[0]!,
      standard({
        id: B,
        size: AFTER.b,
        used: { total: 4000, fullestShard: 4000, source: 'test', readAt: '' },
      }),
    ];
    const review = reviewOf('rollback', runOf(['not-run', 'not-run', 'verified']), fleet);
    expect(review.verdict).toBe('blocked');
    expect(review.plan.blocked[0]!.findings[0]!.message).toContain('1.3 x the 4,000 MB in use');
  });

  it('need the memory in use: it is asked for', () => {
    const fleet = [FLEET[0]!, standard({ id: B, size: AFTER.b, used: null })];
    const { plan: made } = planFromRun('rollback', runOf(['not-run', 'not-run', 'verified']), { now: NOW });
    expect(draftPlan(made, inventory(fleet), NOW).toMeasure.map(({ id }) => id)).toEqual([B]);
  });
});

describe('the steps that a retry makes', () => {
  it.each<[string, readonly Outcome[], readonly Instance[], readonly string[]]>([
    ['everything was verified: nothing is to do', ['verified', 'verified', 'verified'], FLEET, []],
    ...(['failed', 'refused', 'drifted', 'skipped', 'not-run'] as const).map(
      (outcome): [string, readonly Outcome[], readonly Instance[], readonly string[]] => [
        `what is ${outcome} is asked for again, and nothing else`,
        ['verified', 'verified', outcome],
        at(AFTER.a, BEFORE.b),
        [`${B} memoryPerShard 4096 > 8192`],
      ],
    ),
    [
      'what is there meanwhile is unchanged',
      ['verified', 'verified', 'failed'],
      at(AFTER.a, AFTER.b),
      [`${B} unchanged`],
    ],
    [
      'what is half way is carried to its end',
      ['verified', 'failed', 'verified'],
      at(runOf([]).saved.steps[0]!.after, AFTER.b),
      [secondOf(runOf([]).saved)],
    ],
    [
      'an outcome that nobody knows is a finding',
      ['verified', 'verified', 'unknown'],
      at(AFTER.a, BEFORE.b),
      [`${B} Refit.OutcomeUnknown`],
    ],
    [
      'what has grown beyond the target is not made smaller by a plan that only grew',
      ['verified', 'verified', 'drifted'],
      at(AFTER.a, size(16 * GB)),
      [`${B} Refit.ShrinkDenied`],
    ],
  ])('%s', (_, outcomes, fleet, expected) => {
    expect(says(reviewOf('retry', runOf(outcomes), fleet))).toEqual(expected);
  });
});

function secondOf(saved: SavedPlan): string {
  const { instance: id, change } = saved.steps[1]!;
  return `${id} ${change.dimension} ${change.from} > ${change.to}`;
}

describe('the plan that is made', () => {
  const run = runOf(['verified', 'verified', 'verified']);
  const review = reviewOf('rollback', run, at(AFTER.a, AFTER.b));

  it('carries name, ticket, owner, execution and waves of the run, and says where it is from', () => {
    const { name, change, owner, execution, waves, source } = review.plan;
    expect({ name, change, owner }).toEqual({ name: 'test-rollback', change: 'CHG-1', owner: 'dba' });
    expect(execution).toEqual(run.saved.execution);
    expect(waves.map((wave) => [wave.name, wave.steps.length])).toEqual([
      ['canary', 2],
      ['others', 1],
    ]);
    expect(source).toEqual({ kind: 'rollback', run: 'runs/one', digest: run.saved.digest, head: HEAD });
    expect(review.next).toBe('refit apply undo.json');
  });

  it('keeps to the spread and the conduct of the waves; nothing follows the last, so that it soaks no more', () => {
    const spread = { by: 'zone', maxInFlight: 1 };
    const waves = run.saved.waves.map((wave) => ({ ...wave, soak: 60_000, slowStart: true }));
    const saved = { ...run.saved, spread, waves };
    const { plan: made } = reviewOf('rollback', { ...run, saved }, at(AFTER.a, AFTER.b));
    expect(made.spread).toEqual(spread);
    expect(made.waves.map(({ steps: _, ...wave }) => wave)).toEqual([
      { name: 'canary', soak: 60_000, slowStart: true },
      { name: 'others', slowStart: true },
    ]);
  });

  it('keeps to the gates and thresholds of the waves where it asks again; taken back, nothing is held back by a gate', () => {
    const gate = { failed: { operator: '>', value: 0, base: 'count' }, timeout: 60_000 } as unknown as Gate;
    const haltWhen = { failed: { operator: '>', value: 1, base: 'count' } } as const;
    const waves = run.saved.waves.map((wave) => ({ ...wave, soak: 60_000, haltWhen, gate }));
    const made = (kind: PlanSource['kind'], outcome: Outcome) => {
      const { directory, saved, state, finished } = runOf([outcome, outcome, outcome], { waves });
      return planFromRun(kind, { directory, saved, state, finished }, { now: NOW }).plan.waves;
    };
    expect(made('retry', 'failed')).toMatchObject([
      { soak: 60_000, haltWhen, gate },
      { soak: 60_000, haltWhen, gate },
    ]);
    const taken = made('rollback', 'verified');
    expect(taken).toMatchObject([{ soak: 60_000, haltWhen }, { haltWhen }]);
    for (const wave of taken) expect(wave).not.toHaveProperty('gate');
    expect(taken[1]).not.toHaveProperty('soak');
  });

  it('says that it allows to shrink, and how to verify what it was made from', () => {
    const [note] = review.findings.filter(({ code }) => code === 'Refit.FromRun');
    expect(note!.message).toContain('shrink: allow');
    expect(note!.fix).toBe(`refit audit verify runs/one --head ${HEAD}`);
  });

  it('warns of a run that apply can still resume', () => {
    const { findings } = planFromRun('retry', { ...run, finished: false }, { now: NOW });
    expect(findings.map(({ code }) => code)).toEqual(['Refit.RunUnfinished']);
  });

  it('is an ordinary saved plan: what it is made from is under its seal', () => {
    const text = encodeSavedPlan(sealedPlan(review));
    expect(readSavedPlan(text)).toEqual(review.plan);
    expect(() => readSavedPlan(text.replace('"run": "runs/one"', '"run": "runs/two"'))).toThrow(/altered/);
  });

  it('keeps a name within what a plan may be called', () => {
    const { plan: made } = planFromRun('rollback', runOf([], { name: 'n'.repeat(120) }), { now: NOW });
    expect(made.name).toMatch(/^n{111}-rollback$/);
  });
});

describe('the plan made of a run that wanted approvals', () => {
  const approvers = ['wei', 'jun', 'li'].map(approver);
  const ran = runOf(['verified', 'verified', 'failed']);
  const run = {
    ...ran,
    saved: {
      ...ran.saved,
      approvals: { need: 2, authors: ['dba', 'ops'], approvers },
      waves: ran.saved.waves.map((wave) =>
        wave.name === 'others' ? { ...wave, approval: 'required' as const } : wave,
      ),
    },
  };
  /** The review of it, as one of these makes it. */
  const madeBy = (kind: PlanSource['kind'], ...authors: readonly string[]): PlanReview => {
    const { plan: made } = planFromRun(kind, run, { now: NOW });
    const draft = draftPlan(made, inventory(at(AFTER.a, BEFORE.b), SOLD), NOW);
    const approvals = { ...(made.approvals as ApproversOfRun), authors };
    return finishPlan(draft, { quotes: null, now: NOW, saveAs: 'undo.json', approvals });
  };

  it.each(['rollback', 'retry'] as const)(
    'requires as many new approvals by the same people for a %s',
    (kind) => {
      const review = madeBy(kind, 'dba', 'zhou');
      const { next } = review;
      const made = sealedPlan(review);
      expect(review.verdict).toBe('ready');
      expect(made.approvals).toEqual({ need: 2, authors: ['dba', 'zhou'], approvers });
      expect(next).toBe('refit approve undo.json');
      const wave = kind === 'retry' ? [['others', 'required']] : [['canary', undefined]];
      expect(made.waves.map(({ name, approval }) => [name, approval])).toEqual(wave);
      expect(readSavedPlan(encodeSavedPlan(made))).toEqual(made);
    },
  );

  it('is not sealed without them', () => {
    const { plan: made } = planFromRun('rollback', run, { now: NOW });
    const draft = draftPlan(made, inventory(at(AFTER.a, BEFORE.b), SOLD), NOW);
    expect(() => finishPlan(draft, { quotes: null, now: NOW, saveAs: null })).toThrow(/approvers/);
  });

  it('is blocked when its authors leave too few approvers', () => {
    expect(madeBy('rollback', 'dba', 'wei').verdict).toBe('ready');
    const { verdict, findings, plan: made } = madeBy('rollback', 'wei', 'jun');
    expect(verdict).toBe('blocked');
    expect(made).not.toHaveProperty('digest');
    expect(findings.filter(({ severity }) => severity === 'error')).toMatchObject([
      {
        code: 'Refit.TooFewApprovers',
        message:
          'the plan needs 2 approvals as its run did, but only li may approve: wei and jun made the plan and may not',
        fix: 'refit rollback runs/one -o SAVED   typed by somebody who is not an approver',
      },
    ]);
  });
});

describe('the plan made of a run that kept to windows', () => {
  const DAY = 86_400_000;
  const calendars: readonly SealedCalendar[] = [
    {
      file: 'freezes.ics',
      knownUntil: new Date(NOW + 300 * DAY).toISOString(),
      freezes: [{ from: '2026-11-17T16:00:00.000Z', to: '2026-11-18T16:00:00.000Z', title: 'the sale' }],
    },
  ];
  const windows: SavedWindows = {
    timezone: 'Asia/Shanghai',
    allow: ['Wed 01:00-05:00'],
    freeze: ['2026-11-11'],
    lastStart: 30 * 60_000,
    atClose: 'halt',
    calendars,
  };
  const ran = runOf(['verified', 'verified', 'failed'], { windows });
  const fleet = at(AFTER.a, BEFORE.b);
  const made = (kind: PlanSource['kind'], how: Partial<FromRun> = {}, run = ran): PlanReview => {
    const { now = NOW } = how;
    const from = planFromRun(kind, run, { now, ...how });
    const draft = draftPlan(from.plan, inventory(fleet, SOLD), now, from.calendars);
    const withOrigin = { ...draft, findings: [...from.findings, ...draft.findings] };
    return finishPlan(withOrigin, { quotes: null, now, saveAs: null });
  };
  const codes = ({ findings }: PlanReview) => findings.map(({ code }) => code);
  const findingOf = ({ findings }: PlanReview, code: string) => findings.find((one) => one.code === code);

  it.each(['rollback', 'retry'] as const)(
    'by %s keeps the windows and the sealed calendars, and says so',
    (kind) => {
      const review = made(kind);
      expect(review.verdict).toBe('ready');
      expect(review.plan.windows).toEqual(windows);
      expect(findingOf(review, 'Refit.WindowsOfRun')).toMatchObject({
        severity: 'note',
        message: `like that run, this plan keeps to the windows Wed 01:00-05:00, the freeze 2026-11-11, 1 calendar (Asia/Shanghai); freezes.ics is as that run sealed it, known until ${calendars[0]!.knownUntil}`,
        fix: `refit ${kind} runs/one --ignore-windows -o SAVED   if it cannot wait for them`,
      });
      expect(readSavedPlan(encodeSavedPlan(sealedPlan(review)))).toEqual(review.plan);
    },
  );

  it('expires at the last start of the next window, however far away', () => {
    // The first Wednesday is frozen by the plan, the second by its calendar; the run's plan was good for two days.
    const { plan: saved } = made('retry');
    expect(saved.forecast.window!.local).toBe('Wed 2026-11-25 01:00-05:00 Asia/Shanghai');
    expect(saved.expiresAt).toBe('2026-11-24T20:30:00.000Z');
    for (const freeze of [[], ['2027-06-01']]) {
      const always = { ...windows, allow: [], freeze, calendars: [] };
      const soon = made('retry', {}, runOf(['failed', 'failed', 'failed'], { windows: always }));
      expect(Date.parse(soon.plan.expiresAt) - NOW, `frozen ${freeze}`).toBe(2 * DAY);
    }
  });

  it('is blocked when no window is left, with the command that ignores the windows', () => {
    const review = made('rollback', { now: NOW + 301 * DAY });
    expect(review.verdict).toBe('blocked');
    expect(findingOf(review, 'Refit.WindowsClosed')).toMatchObject({
      message: 'every window within a year is frozen',
      fix: 'refit rollback runs/one --ignore-windows -o SAVED',
    });
  });

  it('ignores the windows with ignoreWindows, and the review and the seal say so', () => {
    const review = made('rollback', { ignoreWindows: true });
    expect(review.verdict).toBe('ready');
    expect(review.plan).not.toHaveProperty('windows');
    expect(review.plan.forecast).not.toHaveProperty('window');
    expect(codes(review)).not.toContain('Refit.WindowsOfRun');
    expect(findingOf(review, 'Refit.WindowsIgnored')).toMatchObject({
      severity: 'warning',
      message:
        'this plan may start at any time and ignores what that run kept to: the windows Wed 01:00-05:00, the freeze 2026-11-11, 1 calendar (Asia/Shanghai)',
      fix: 'refit rollback runs/one -o SAVED   keeps to them',
    });
    expect(review.plan.source).toMatchObject({ kind: 'rollback', ignoresWindows: true });
    expect(review.next).toBe('refit rollback runs/one --ignore-windows -o saved-plan.json');
    expect(readSavedPlan(encodeSavedPlan(sealedPlan(review)))).toEqual(review.plan);
  });

  it('ignores the maintenance windows too, and says nothing when there is nothing to ignore', () => {
    const { execution } = ran.saved;
    const waits = { execution: { ...execution, switch: 'maintenance-window' as const } };
    const from = (is: Partial<SavedPlan>, ignoreWindows: boolean) =>
      planFromRun('rollback', runOf(['verified', 'verified', 'verified'], is), { now: NOW, ignoreWindows });
    expect(from(waits, false).plan.execution.switch).toBe('maintenance-window');
    const { plan: now, findings } = from(waits, true);
    expect(now.execution).toEqual({ ...execution, switch: 'now' });
    expect(findings.map(({ message }) => message).join()).toContain(
      'ignores what that run kept to: the maintenance windows of the instances',
    );
    expect(from({}, true).findings).toEqual([]);
  });
});

describe('replicas of a multi-zone instance', () => {
  const nodes = (...replicas: readonly (readonly [number, number])[]) => [
    { id: 1, role: 'master' as const, zone: zone(3) },
    ...replicas.map(([id, n]) => ({ id, role: 'replica' as const, zone: zone(n) })),
  ];
  const multi = (...replicas: readonly (readonly [number, number])[]) =>
    instance({ id: A, size: size(4 * GB, 3, replicas.length), nodes: nodes(...replicas) });
  const ran = (from: Instance, wish: PlanTarget) => {
    const saved = sealedPlan(
      finishPlan(
        draftPlan(
          plan([wish], { guards: { targets: null, shrink: 'allow', cost: null } }),
          inventory([from], SOLD),
          NOW,
        ),
        { quotes: null, now: NOW, saveAs: null },
      ),
    );
    const [step] = saved.steps;
    const steps = new Map([[step!.id, { ...initialStepState(step!.id), outcome: 'verified' as const }]]);
    return {
      directory: 'runs/one',
      saved,
      state: { steps, head: HEAD } as unknown as RunState,
      finished: true,
    };
  };
  const where = { region: 'ap-guangzhou' };

  it('that were added are the ones that go, although another zone has more', () => {
    const run = ran(
      multi([2, 4], [3, 4]),
      target(A, { replicas: 3 }, { ...where, zones: ['ap-guangzhou-5'] }),
    );
    const review = reviewOf('rollback', run, [multi([2, 4], [3, 4], [4, 5])]);
    expect(review.plan.steps[0]!.nodes).toEqual({ kind: 'remove', nodes: [{ id: 4, zone: zone(5) }] });
  });

  it('that were removed come back in their zone', () => {
    const run = ran(
      multi([2, 4], [3, 4], [4, 5]),
      target(A, { replicas: 2 }, { ...where, zones: ['ap-guangzhou-5'] }),
    );
    const review = reviewOf('rollback', run, [multi([2, 4], [3, 4])]);
    expect(says(review)).toEqual([`${A} replicas 2 > 3`]);
    expect(review.plan.steps[0]!.nodes).toEqual({ kind: 'add', zones: [zone(5)] });
  });
});
