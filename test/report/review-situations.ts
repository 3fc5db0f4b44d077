/** More reviews for tests, in addition to `situations.ts`. */
import { message } from '../../src/messages/messages.ts';
import type { SealedReview, Step } from '../../src/model.ts';
import { sumPrices } from '../../src/money.ts';
import { type Case, finding, reasonWith, savedPlan } from './situations.ts';

/** Many instances of several sizes in two regions. Some have two steps, some are prepaid, every tenth has a Chinese name. */
export function largeFleet(instances: number, priced: boolean): Case[] {
  const sizes = [4096, 8192, 16384];
  return Array.from({ length: instances }, (_, at): Case => {
    const from = sizes[at % 3]!;
    const basis = at % 2 === 0 ? 'once' : 'hourly';
    const price = (amount: number): { price?: number; basis?: 'once' | 'hourly' } =>
      priced ? { price: basis === 'once' ? amount : amount / 1000, basis } : {};
    const memory = { memoryPerShard: from * 2, ...price(100 + (at % 50)) } as const;
    return {
      instance: `crs-${at.toString(36).padStart(8, '0')}`,
      name: at % 10 === 0 ? `购物车-${at}` : `${['cart', 'feed', 'search'][at % 3]}-${at}`,
      region: at % 4 === 0 ? 'ap-shanghai' : 'ap-guangzhou',
      size: { memoryPerShard: from, shards: at % 5 === 0 ? 3 : 1, replicas: 1 },
      wave: at < 5 ? 0 : at < 500 ? 1 : 2,
      changes: at % 25 === 0 ? [memory, { replicas: 2, ...price(70) }] : [memory],
    };
  });
}

/** A review of 5,000 changes and 500 blocked targets. */
export function fiveThousandChanges(priced = true): SealedReview {
  const cases = largeFleet(4808, priced);
  const waves = ['canary', 'tenth', 'rest'];
  const blocked = Array.from({ length: 500 }, (_, at) => {
    const instance = `crs-b${String(at).padStart(7, '0')}`;
    const soldOut = at % 5 === 0;
    const line = 20 + (at % 40);
    return {
      instance,
      region: at % 2 === 0 ? 'ap-shanghai' : 'ap-guangzhou',
      findings: [
        finding({
          instance,
          code: soldOut ? 'ResourceUnavailable.SaleOut' : 'ResourceUnavailable.InstanceStatusAbnormal',
          message: soldOut ? 'redis-6.2-cluster is sold out there' : `${instance} is processing, not running`,
          fix: soldOut ? 'wait, or take another zone' : 'wait until it is running, then plan again',
          location: { file: 'plans/double-eleven.yaml', line, column: 5 },
          excerpt: null,
        }),
      ],
    };
  });
  const unchanged = Array.from({ length: 300 }, (_, at) => ({
    instance: `crs-u${String(at).padStart(7, '0')}`,
    region: 'ap-guangzhou',
    reason: message('reason.already-at-size', { size: { memoryPerShard: 8192, shards: 3, replicas: 1 } }),
  }));
  const plan = savedPlan(cases, { blocked, unchanged }, waves);
  return {
    verdict: 'ready',
    plan,
    findings: blocked.flatMap((target) => target.findings),
    next: 'refit apply saved-plan.json',
  };
}

/** A reduction with the memory in use, and an instance with two steps. */
function shrinking(): SealedReview {
  const cases: Case[] = [
    {
      instance: 'crs-5hr1nk01',
      name: 'archive-01',
      size: { memoryPerShard: 16384, shards: 3, replicas: 1 },
      changes: [{ memoryPerShard: 8192, price: -1240 }],
    },
    {
      instance: 'crs-fewer001',
      name: 'archive-02',
      size: { memoryPerShard: 8192, shards: 1, replicas: 3 },
      changes: [{ replicas: 1, price: -300 }],
    },
    {
      instance: 'crs-8kd02mfa',
      name: 'cart-02',
      wave: 1,
      reason: message('reason.usual-order-refused', {
        order: ['shards', 'memoryPerShard'],
        usual: ['memoryPerShard', 'shards'],
        code: 'ResourceUnavailable.SaleOut',
        refusal: message('rule.sold-out', {
          id: 'crs-8kd02mfa',
          before: 24_576,
          after: 49_152,
          zone: 'ap-guangzhou-3',
          edition: 'redis-6.2-cluster',
        }),
      }),
      changes: [
        { shards: 8, price: 980.5 },
        { memoryPerShard: 8192, price: 1600 },
      ],
    },
  ];
  const used = { total: 9011.5, fullestShard: 3800.2, source: 'test', readAt: '2026-01-05T01:57:00.000Z' };
  const plan = savedPlan(cases);
  const preconditions = plan.preconditions.map((one) =>
    one.instance === 'crs-5hr1nk01' ? { ...one, used } : one,
  );
  return {
    verdict: 'ready',
    plan: { ...plan, preconditions },
    findings: [],
    next: 'refit apply saved-plan.json',
  };
}

function unpriced(): SealedReview {
  return {
    verdict: 'ready',
    plan: savedPlan(largeFleet(6, false)),
    findings: [],
    next: 'refit apply saved-plan.json',
  };
}

/** Forty waves, most of them in one fold. */
function manyWaves(): SealedReview {
  const names = Array.from({ length: 40 }, (_, at) => `w${at + 1}`);
  const cases = largeFleet(400, true).map((one, at) => ({ ...one, wave: at % 40 }));
  return {
    verdict: 'ready',
    plan: savedPlan(cases, {}, names),
    findings: [],
    next: 'refit apply saved-plan.json',
  };
}

/** The reviews by name. */
export const MORE_REVIEWS: Readonly<Record<string, () => SealedReview>> = {
  'a-plan-that-shrinks-and-takes-several-steps': shrinking,
  'a-small-plan-without-prices': unpriced,
  'a-plan-of-many-waves': manyWaves,
  'a-plan-of-5000-changes': () => fiveThousandChanges(),
};

/** The same review with one text in every place for text from people and the provider. */
export function reviewFullOf(text: string): SealedReview {
  const bad = finding({
    code: text,
    message: text,
    fix: text,
    excerpt: text,
    instance: text,
    location: { file: text, line: 3, column: 5 },
  });
  const cases: Case[] = [
    {
      instance: 'crs-ev11ev11',
      name: text,
      reason: reasonWith(text),
      changes: [{ memoryPerShard: 8192, price: 412 }],
    },
    {
      instance: text,
      name: text,
      region: text,
      wave: 1,
      changes: [{ replicas: 3, price: 1.75, basis: 'hourly' }],
    },
  ];
  const plan = savedPlan(
    cases,
    {
      name: text,
      change: text,
      owner: text,
      file: text,
      blocked: [{ instance: 'crs-ev12ev12', region: text, findings: [{ ...bad, instance: 'crs-ev12ev12' }] }],
      unchanged: [{ instance: text, region: text, reason: reasonWith(text) }],
      findings: [{ ...bad, severity: 'warning', instance: null }],
      inventory: { source: text, readAt: '2026-01-05T01:58:00.000Z', instances: 3 },
      approvals: { need: 1, authors: [text], approvers: [{ name: text, key: 'ssh-ed25519 AAAA' }] },
      hooks: { halt: [text, text] },
      notify: [
        {
          url: `https://hooks.example.com/${text}`,
          urlEnv: null,
          form: 'json',
          on: ['end'],
          secretEnv: text,
        },
        { url: null, urlEnv: text, form: 'json', on: ['end'], secretEnv: null },
      ],
      windows: {
        timezone: 'Asia/Shanghai',
        allow: ['Tue-Thu 01:00-05:00'],
        freeze: [],
        lastStart: 0,
        atClose: 'drain',
        calendars: [
          {
            file: text,
            knownUntil: '2027-01-05T01:58:00.000Z',
            freezes: [{ from: '2026-10-01T00:00:00.000Z', to: '2026-10-08T00:00:00.000Z', title: text }],
          },
        ],
      },
      source: { kind: 'retry', run: text, digest: 'd'.repeat(64), head: 'e'.repeat(64) },
    },
    [text, 'rest'],
  );
  const steps: Step[] = plan.steps.map((step) => ({ ...step, profile: text, location: bad.location }));
  const gate = {
    command: [text, text],
    url: `https://checks.example.com/${text}`,
    timeout: 10_000,
    onInconclusive: 'halt',
    shadow: false,
  } as const;
  const waves = plan.waves.map((wave, at) => (at === 0 ? { ...wave, gate } : wave));
  return {
    verdict: 'ready',
    plan: { ...plan, steps, waves, prices: sumPrices(steps) },
    findings: [bad, { ...bad, severity: 'warning', instance: null }, { ...bad, severity: 'note' }],
    next: text,
  };
}
