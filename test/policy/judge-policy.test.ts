import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Offered } from '../../src/approval/judge-approvals.ts';
import { encodeApproval, signApproval } from '../../src/approval/signed-files.ts';
import { textOf } from '../../src/messages/messages.ts';
import type { Policy, PolicyRule, SavedPlan } from '../../src/model.ts';
import { describeRule } from '../../src/policy/describe-policy.ts';
import { judgePolicy, type PolicySubject } from '../../src/policy/judge-policy.ts';
import { policyFindings, refusalOf, refusalText } from '../../src/policy/policy-findings.ts';
import {
  allowsPrivateAddresses,
  approvalExpiryOf,
  hookEnvironmentOf,
  inFlightInRegionOf,
  NO_POLICY,
  tighten,
  usedPolicy,
} from '../../src/policy/tighten.ts';
import { type Answer, type Authenticator, passkeyFile } from '../approval/authenticator.ts';
import { keyOf } from '../approval/people.ts';
import { savedPlan } from '../report/situations.ts';
import { judged, NOW, PASSKEYS, plan, policyOf, subject } from './policies.ts';

const HOUR = 3_600_000;

/** An approval of a plan, as a file. */
async function approvalOf(saved: SavedPlan, by: string) {
  const times = { now: NOW, expires: HOUR };
  const approval = await signApproval({ digest: saved.digest, wave: null, by }, keyOf(by), times);
  return { file: `${by}.json`, text: encodeApproval(approval) };
}

const priced = (...prices: (number | undefined)[]) => {
  const cases = prices.map((price, at) => ({
    instance: `crs-aaaa000${at}`,
    // Only a step that gives memory back can have a refund.
    changes: [{ memoryPerShard: (price ?? 0) < 0 ? 2048 : 8192, ...(price === undefined ? {} : { price }) }],
  }));
  const { steps, preconditions, waves } = savedPlan(cases);
  return plan({ steps, preconditions, waves });
};

const shrinking = () => {
  const { steps, waves } = savedPlan([{ instance: 'crs-aaaa0000', changes: [{ replicas: 0 }] }]);
  return plan({ steps, waves });
};

const tagged = (...all: Record<string, string>[]): Partial<PolicySubject> => ({
  tags: new Map(all.map((tags, at) => [`crs-aaaa000${at}`, tags])),
});

const CASES: readonly [
  rule: string,
  what: string,
  saved: () => SavedPlan,
  status: string,
  known?: Partial<PolicySubject>,
][] = [
  ['limit: { instances: 2 }', 'two instances', plan, 'met'],
  ['limit: { instances: 1 }', 'two instances', plan, 'refused'],
  ['limit: { requestsPerSecond: 17 }', 'a rate of 18', plan, 'refused'],
  ['limit: { inFlight: 20 }', '20 in flight', plan, 'met'],
  ['limit: { planExpiry: 47h }', 'an expiry of 48 h', plan, 'refused'],
  ['limit: { planExpiry: 2d }', 'an expiry of 48 h', plan, 'met'],
  ['limit: { cost: "<= 10 CNY" }', 'a cost of 10', () => priced(6, 4), 'met'],
  ['limit: { cost: "< 10 CNY" }', 'a cost of 10', () => priced(6, 4), 'refused'],
  ['limit: { cost: "<= 10 CNY" }', 'an unknown price', () => priced(1, undefined), 'refused'],
  ['limit: { cost: "<= 10 USD" }', 'another currency', () => priced(1), 'refused'],
  ['limit: { cost: "<= 10 CNY" }', 'a refund that hides a price', () => priced(1000, -1000), 'refused'],
  ['require: { maxAge: 1h }', 'a plan of 61 minutes', plan, 'refused', { now: NOW + HOUR + 60_000 }],
  ['require: { maxAge: 1h }', 'a plan of 59 minutes', plan, 'met', { now: NOW + HOUR - 60_000 }],
  ['require: { maxAge: 1h }', 'a plan from the future', plan, 'refused', { now: NOW - HOUR }],
  ['allow: { regions: [ap-guangzhou] }', 'its region', plan, 'met'],
  ['allow: { regions: [] }', 'no region', plan, 'refused'],
  ['allow: { profiles: [retail] }', 'another profile', plan, 'refused'],
  ['allow: { hooks: [] }', 'no hook', plan, 'met'],
  ['allow: { hosts: [] }', 'no host', plan, 'met'],
  ['allow: { endpoints: [tencentcloudapi.com] }', 'the usual endpoint', plan, 'met'],
  [
    'allow: { endpoints: [tencentcloudapi.com] }',
    'a simulator',
    plan,
    'refused',
    { endpoint: 'http://127.0.0.1:9' },
  ],
  [
    'allow: { endpoints: ["http://127.0.0.1:9"] }',
    'this simulator',
    plan,
    'met',
    { endpoint: 'http://127.0.0.1:9' },
  ],
  [
    'allow: { endpoints: [tencentcloudapi.com] }',
    'an endpoint that is not known yet',
    plan,
    'unknown',
    { endpoint: null },
  ],
  ['require: { windows: { timezone: UTC, freeze: [2026-01-06] } }', 'no windows', plan, 'refused'],
  ['require: { windows: { timezone: UTC, freeze: [2025-01-06] } }', 'only past freezes', plan, 'met'],
  ['require: { approvals: [{ need: 1, from: approvers.yaml }] }', 'no signature', plan, 'unsigned'],
  [
    'require: { approvals: [{ need: 1, from: approvers.yaml, when: { regions: [ap-beijing] } }] }',
    'another region',
    plan,
    'idle',
  ],
  [
    'require: { approvals: [{ need: 1, from: approvers.yaml, when: { instances: "> 1" } }] }',
    'two instances',
    plan,
    'unsigned',
  ],
  [
    'require: { approvals: [{ need: 1, from: approvers.yaml, when: { instances: "> 2" } }] }',
    'two instances',
    plan,
    'idle',
  ],
  [
    'require: { approvals: [{ need: 1, from: approvers.yaml, when: { shrink: true } }] }',
    'growth',
    plan,
    'idle',
  ],
  [
    'require: { approvals: [{ need: 1, from: approvers.yaml, when: { shrink: true } }] }',
    'fewer replicas',
    shrinking,
    'unsigned',
  ],
  [
    'require: { approvals: [{ need: 1, from: approvers.yaml, when: { cost: "> 5 CNY" } }] }',
    'a cost of 5',
    () => priced(5),
    'idle',
  ],
  [
    'require: { approvals: [{ need: 1, from: approvers.yaml, when: { cost: "> 5 CNY" } }] }',
    'an unknown cost',
    plan,
    'unsigned',
  ],
  [
    'require: { approvals: [{ need: 1, from: approvers.yaml, when: { tags: { env: prod } } }] }',
    'no tag',
    plan,
    'idle',
    tagged({}, {}),
  ],
  [
    'require: { approvals: [{ need: 1, from: approvers.yaml, when: { tags: { env: prod } } }] }',
    'one tagged instance',
    plan,
    'unsigned',
    tagged({}, { env: 'prod' }),
  ],
  [
    'require: { approvals: [{ need: 1, from: approvers.yaml, when: { tags: { env: prod } } }] }',
    'tags that were not read',
    plan,
    'unsigned',
    { tags: null },
  ],
  [
    'require: { approvals: [{ need: 1, from: approvers.yaml, when: { tags: { env: prod } } }] }',
    'an instance that is gone',
    plan,
    'unsigned',
    tagged({}),
  ],
  [
    'require: { approvals: [{ need: 1, from: approvers.yaml, when: { tags: { env: prod }, regions: [ap-beijing] } }] }',
    'one of two conditions',
    plan,
    'idle',
    tagged({ env: 'prod' }, {}),
  ],
  ['require: { plannedBy: { from: planners.yaml } }', 'no signature of a planner', plan, 'unsigned'],
  [
    'require: { plannedBy: { from: planners.yaml } }',
    'a signature of a stranger',
    plan,
    'unsigned',
    { verifiedPlanners: [keyOf('mallory').public.line] },
  ],
  [
    'require: { plannedBy: { from: planners.yaml } }',
    'a signature of the planner',
    plan,
    'met',
    { verifiedPlanners: [keyOf('dba').public.line] },
  ],
];

describe('one rule', () => {
  it.each(CASES)('%s, %s', async (lines, _, saved, status, known = {}) => {
    const [one] = await judged(lines, saved(), known);
    expect(one!.status, one!.reason === null ? '' : textOf(one!.reason)).toBe(status);
    expect(one!.reason === null).toBe(status === 'met' || status === 'idle');
  });
});

describe('windows of a policy', () => {
  const NIGHTS =
    'require: { windows: { timezone: Asia/Shanghai, allow: [Mon-Fri 00:00-06:00], freeze: [2026-01-08] } }';
  const usual = {
    timezone: 'Asia/Shanghai',
    freeze: [],
    calendars: [],
    lastStart: 0,
    atClose: 'drain',
  } as const;
  it.each([
    ['inside', { allow: ['Tue 01:00-05:00'] }, null],
    ['inside in another zone', { timezone: 'UTC', allow: ['Mon,Tue 16:00-22:00'] }, null],
    ['later in the day', { allow: ['Tue 05:00-07:00'] }, 'Tue 2026-01-06 06:00 Asia/Shanghai'],
    ['on a frozen day', { allow: ['daily 01:00-05:00'] }, 'Thu 2026-01-08 00:00 Asia/Shanghai'],
    ['with the freeze', { allow: ['Thu 01:00-05:00'], freeze: ['2026-01-08'] }, null],
    ['on a Sunday in summer', { allow: ['Sun 01:00-02:00'] }, 'Sun 2026-01-11 01:00 Asia/Shanghai'],
  ])('%s', async (_, windows, moment) => {
    const [one] = await judged(NIGHTS, plan({ windows: { ...usual, ...windows } }));
    if (moment === null) expect(one!.status).toBe('met');
    else
      expect(textOf(one!.reason!)).toContain(moment.replace('Thu 2026-01-08 00:00', 'Thu 2026-01-08 01:00'));
  });

  it('say whether the plan has windows itself', async () => {
    const [without] = await judged(NIGHTS, plan());
    const [outside] = await judged(NIGHTS, plan({ windows: { ...usual, allow: ['Tue 05:00-07:00'] } }));
    expect([without, outside].map((one) => one!.reason!.params)).toMatchObject([
      { has: false },
      { has: true },
    ]);
  });

  it('are described by what they have', async () => {
    const { rules } = await policyOf('require: { windows: { timezone: UTC, freeze: [2026-02-01] } }');
    expect(rules.map(describeRule)).toEqual(['frozen 2026-02-01 (UTC)']);
  });

  it('count until finishBy', async () => {
    const lines = 'require: { windows: { timezone: UTC, freeze: [2026-02-01] } }';
    const windows = { ...usual, timezone: 'UTC', allow: ['daily 00:00-24:00'] };
    expect((await judged(lines, plan({ windows })))[0]!.status).toBe('refused');
    expect((await judged(lines, plan({ windows, finishBy: '2026-01-31T00:00:00.000Z' })))[0]!.status).toBe(
      'met',
    );
  });
});

describe('approvals that a policy requires', () => {
  const TWO =
    'require: { approvals: [{ need: 2, from: approvers.yaml }], plannedBy: { from: approvers.yaml } }';
  it('count by distinct people of its own list', async () => {
    const saved = plan();
    const [wei, jun, eve] = await Promise.all(['wei', 'jun', 'eve'].map((by) => approvalOf(saved, by)));
    const lines = 'require: { approvals: [{ need: 2, from: approvers.yaml }] }';
    const statusOf = async (...offered: (typeof wei)[]) =>
      (await judged(lines, saved, { offered: offered.map((one) => one!) }))[0]!.status;
    expect(await statusOf(wei)).toBe('unsigned');
    expect(await statusOf(wei, wei)).toBe('unsigned');
    expect(await statusOf(wei, eve)).toBe('unsigned');
    expect(await statusOf(wei, jun)).toBe('met');
  });

  it('do not count for another plan', async () => {
    const other = await approvalOf(plan({ name: 'another' }), 'wei');
    const lines = 'require: { approvals: [{ need: 1, from: approvers.yaml }] }';
    expect((await judged(lines, plan(), { offered: [other] }))[0]!.status).toBe('unsigned');
  });

  it('do not count by the owner or by the person who planned', async () => {
    const saved = plan({ owner: 'wei' });
    const offered = await Promise.all(['wei', 'jun', 'li'].map((by) => approvalOf(saved, by)));
    const planners = [keyOf('jun').public.line];
    const [approvals, planned] = await judged(TWO, saved, { offered, verifiedPlanners: planners });
    expect([approvals!.status, planned!.status]).toEqual(['unsigned', 'met']);
    expect(textOf(approvals!.reason!)).toContain('only li approved; missing: nobody');
  });
});

describe('approvals by passkey that a policy requires', () => {
  const [WEI, JUN, DBA] = PASSKEYS as [Authenticator, Authenticator, Authenticator];
  const ONE =
    'require: { approvals: [{ need: 1, from: passkeys.yaml }], plannedBy: { from: planners.yaml } }';
  const offer = (saved: SavedPlan, own: Authenticator, answer: Answer = {}): Offered => ({
    file: own.name,
    text: passkeyFile(own, { saved, answer, now: NOW }),
  });
  const planners = [keyOf('dba').public.line];

  it('count by distinct people of its own list', async () => {
    const saved = plan();
    const two = ONE.replace('need: 1', 'need: 2');
    const statusOf = async (...offered: Offered[]) => (await judged(two, saved, { offered }))[0]!.status;
    expect(await statusOf(offer(saved, WEI))).toBe('unsigned');
    expect(await statusOf(offer(saved, WEI), offer(saved, WEI))).toBe('unsigned');
    expect(await statusOf(offer(saved, WEI), offer(saved, JUN))).toBe('met');
  });

  it('do not count without verification of the person', async () => {
    const saved = plan();
    const offered = [offer(saved, WEI, { flags: 0x01 })];
    const [one] = await judged(ONE, saved, { offered });
    expect(textOf(one!.reason!)).toMatch(/did not verify the person by PIN or biometrics/);
  });

  it('do not count by the person who planned, whose SSH key signed the plan', async () => {
    const saved = plan();
    const by = async (own: Authenticator) =>
      (await judged(ONE, saved, { offered: [offer(saved, own)], verifiedPlanners: planners }))[0]!;
    expect((await by(WEI)).status).toBe('met');
    const own = await by(DBA);
    expect(own.status).toBe('unsigned');
    expect(textOf(own.reason!)).toMatch(/dba made the plan and may not approve it/);
  });
});

describe('findings and refusals', () => {
  it('name file and line, and put refusals before missing signatures', async () => {
    const all = await judged(
      'require: { approvals: [{ need: 1, from: approvers.yaml }] }\nlimit: { instances: 1 }',
      plan(),
    );
    expect(
      policyFindings(all).map(({ code, severity, location }) => `${code} ${severity} ${location!.line}`),
    ).toEqual(['Refit.PolicyApprovals warning 2', 'Refit.PolicyLimit error 3']);
    const refusal = refusalOf(all)!;
    expect(refusal.status).toBe('refused');
    expect(refusalText(refusal)).toBe(
      'policy.yaml:3: the policy allows 1 instance, and the plan has 2 instances (limit.instances)',
    );
    expect(refusalOf(all.slice(0, 1))!.status).toBe('unsigned');
    expect(refusalOf([])).toBeNull();
  });
});

const RULES: readonly string[] = [
  ...new Set(CASES.map(([lines]) => lines)),
  'allow: { hookEnvironment: [A, B] }',
  'allow: { hookEnvironment: [B, C] }',
  'allow: { privateAddresses: false }',
  'limit: { approvalExpiry: 1h }',
  'limit: { inFlightInRegion: 1 }',
];

describe('tighten', () => {
  it('never permits what one of the policies refuses, in any order', async () => {
    const all = await Promise.all(RULES.map((lines, at) => policyOf(lines, `policy-${at}.yaml`)));
    const some = fc.subarray(all).map((chosen) => chosen.reduce(tighten, NO_POLICY));
    const subjects = CASES.map(([, , saved, , known]) => subject(saved(), known));
    const stateOf = (policy: Policy, one: PolicySubject) =>
      refusalOf(judgePolicy(policy, one))?.status ?? 'ok';
    const strictness = { ok: 0, unsigned: 1, refused: 2 };
    fc.assert(
      fc.property(some, some, fc.constantFrom(...subjects), (a, b, one) => {
        const both = tighten(a, b);
        const worst = Math.max(strictness[stateOf(a, one)], strictness[stateOf(b, one)]);
        expect(strictness[stateOf(both, one)]).toBe(worst);
        expect(stateOf(tighten(b, a), one)).toBe(stateOf(both, one));
        const keys = (policy: Policy) =>
          policy.rules.map(({ location: _, ...rule }: PolicyRule) => JSON.stringify(rule)).sort();
        expect(keys(tighten(b, a))).toEqual(keys(both));
        if (both.files.length > 0) expect(usedPolicy(tighten(b, a))!.digest).toBe(usedPolicy(both)!.digest);
        expect(allowsPrivateAddresses(both)).toBe(allowsPrivateAddresses(a) && allowsPrivateAddresses(b));
      }),
      { numRuns: 40 },
    );
  });

  it('takes the smallest limit and the names that every list has', async () => {
    const a = await policyOf('limit: { approvalExpiry: 30d }\nallow: { hookEnvironment: [A, B] }', 'a.yaml');
    const b = await policyOf('limit: { approvalExpiry: 2d }\nallow: { hookEnvironment: [B, C] }', 'b.yaml');
    const bounds = [
      await policyOf('limit: { inFlightInRegion: 5 }'),
      await policyOf('limit: { inFlightInRegion: 3 }'),
    ];
    expect(inFlightInRegionOf(NO_POLICY)).toBeNull();
    expect(inFlightInRegionOf(tighten(bounds[0]!, tighten(bounds[1]!, a)))).toBe(3);
    expect(approvalExpiryOf(NO_POLICY)).toBe(7 * 24 * HOUR);
    expect(approvalExpiryOf(tighten(a, b))).toBe(48 * HOUR);
    expect(hookEnvironmentOf(tighten(a, b))).toEqual(['B']);
    expect(hookEnvironmentOf(NO_POLICY)).toEqual([]);
  });

  it('has a digest of the meaning: not of the file, the line or the order', async () => {
    const digestOf = async (lines: string, file?: string) => usedPolicy(await policyOf(lines, file))!.digest;
    const one = await digestOf('limit: { instances: 5, inFlight: 2 }');
    expect(await digestOf('# moved\n\nlimit: { inFlight: 2, instances: 5 }', 'elsewhere.yaml')).toBe(one);
    expect(await digestOf('limit: { instances: 6, inFlight: 2 }')).not.toBe(one);
    expect(usedPolicy(NO_POLICY)).toBeNull();
  });
});
