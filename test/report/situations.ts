/** Builds saved plans, journals and reviews for tests. Times are fixed. */

import { EMPTY_CHAIN, seal } from '../../src/journal/chain.ts';
import { message } from '../../src/messages/messages.ts';
import {
  type AfterRefusal,
  type BlockedTarget,
  type Change,
  type EndedBecause,
  type Finding,
  JOURNAL_FORMAT,
  type JournalEntry,
  type JournalEvent,
  type Message,
  type Money,
  type Outcome,
  type PlanReview,
  type Precondition,
  type Quote,
  SAVED_PLAN_FORMAT,
  type SavedPlan,
  type Size,
  type Step,
} from '../../src/model.ts';
import { partsOf, sumPrices } from '../../src/money.ts';
import { createFinding } from '../../src/rules/check.ts';
import { words } from '../messages/words.ts';

const START = Date.UTC(2026, 0, 5, 2, 0, 0);
const READ_AT = '2026-01-05T01:58:00.000Z';

/** One instance of a plan: its size and its changes in order. */
export interface Case {
  readonly instance: string;
  readonly name?: string;
  readonly region?: string;
  readonly size?: Size;
  readonly changes: readonly (Partial<Size> & { readonly price?: number; readonly basis?: Quote['basis'] })[];
  readonly wave?: number;
  readonly reason?: Message;
}

/** A reason that holds a text from outside: where the memory in use was read. */
export function reasonWith(source: string): Message {
  const used = { total: 1024, fullestShard: null, source, readAt: READ_AT };
  return message('reason.memory-in-use', { used });
}

export const DIGEST = '3f2a9c1d5b7e80416c2d9fa0b1e3578c44d6709e2fb18a35c07d6e912b84fa53';

/** A saved plan of the given instances. */
export function savedPlan(
  cases: readonly Case[],
  more: Partial<SavedPlan> = {},
  waves = ['canary', 'rest'],
): SavedPlan {
  const steps: Step[] = [];
  const preconditions: Precondition[] = [];
  for (const { instance, name, region = 'ap-guangzhou', size, changes, wave = 0, reason = null } of cases) {
    const first = size ?? { memoryPerShard: 4096, shards: 3, replicas: 1 };
    let before = first;
    let needs: string | null = null;
    for (const { price, basis = 'once', ...to } of changes) {
      const [dimension] = Object.keys(to) as [Change['dimension']];
      const after: Size = { ...before, ...to };
      const id = `${instance}/${dimension}`;
      const quote = price === undefined ? null : { amount: price, currency: 'CNY', basis, readAt: READ_AT };
      const change = { dimension, from: before[dimension], to: after[dimension] };
      const location = { file: 'plans/double-eleven.yaml', line: 9, column: 5 };
      const common = { instance, region, profile: 'default', edition: 'redis-6.2-cluster' } as const;
      steps.push({ ...common, id, change, before, after, needs, wave, location, quote });
      before = after;
      needs = id;
    }
    preconditions.push({
      instance,
      name: name ?? instance.replace('crs-', 'cart-'),
      region,
      zone: `${region}-3`,
      profile: 'default',
      edition: 'redis-6.2-cluster',
      billing: 'prepaid',
      size: first,
      target: before,
      reason,
      readAt: READ_AT,
    });
  }
  const priceShares = partsOf(steps, ({ wave }) => waves[wave]!).map(({ by, name, items }) => ({
    by,
    name,
    steps: items.length,
    unpriced: items.filter(({ quote }) => quote === null).length,
    sums: sumPrices(items),
  }));
  return {
    format: SAVED_PLAN_FORMAT,
    digest: DIGEST,
    name: 'double-eleven-headroom',
    change: 'CHG-20481',
    owner: 'dba-oncall',
    file: 'plans/double-eleven.yaml',
    sealedAt: '2026-01-05T01:58:30.000Z',
    expiresAt: '2026-01-07T01:58:30.000Z',
    finishBy: null,
    inventory: { source: 'live', readAt: READ_AT, instances: 240 },
    execution: {
      inFlight: 20,
      requestsPerSecond: 18,
      switch: 'now',
      patience: 180_000,
      haltWhen: {
        failed: { operator: '>', value: 2, base: 'count' },
        unknown: { operator: '>', value: 0, base: 'count' },
      },
    },
    waves: waves.map((name, wave) => ({
      name,
      steps: steps.filter((step) => step.wave === wave).map(({ id }) => id),
    })),
    steps,
    preconditions,
    unchanged: [],
    blocked: [],
    findings: [],
    prices: sumPrices(steps),
    ...(steps.some(({ quote }) => quote !== null) ? { priceShares } : {}),
    forecast: { orders: steps.length, leastSeconds: Math.max(0, Math.ceil((steps.length - 1) / 18)) },
    ...more,
  };
}

/** Writes a journal event by event; `after` advances the time. */
export class JournalWriter {
  readonly entries: JournalEntry[] = [];
  readonly #saved: SavedPlan;
  #now = START;

  constructor(saved: SavedPlan) {
    this.#saved = saved;
  }

  get seconds(): number {
    return Math.floor(this.#now / 1000);
  }

  after(seconds: number): this {
    this.#now += seconds * 1000;
    return this;
  }

  append(event: JournalEvent): this {
    this.entries.push(seal(this.entries.at(-1) ?? EMPTY_CHAIN, new Date(this.#now).toISOString(), event));
    return this;
  }

  start(by = { user: 'wei', host: 'ops-1', pid: 4242 }, resumed = false, cutOff = 0): this {
    const { name, digest } = this.#saved;
    const endpoint = 'https://redis.tencentcloudapi.com';
    const common = {
      format: JOURNAL_FORMAT,
      plan: name,
      digest,
      resumed,
      cutOff,
      by,
      endpoint,
      version: '0.1.0',
    } as const;
    this.append({ kind: 'run-started', ...common });
    this.append({ kind: 'identity', profile: 'default', identity: callerOf(by.user), reason: null });
    return resumed ? this : this.append({ kind: 'approved', how: 'prompt', by: by.user });
  }

  wave(kind: 'wave-started' | 'wave-ended', wave: number): this {
    return this.append({ kind, wave, name: this.#saved.waves[wave]!.name });
  }

  #step(id: string): Step {
    return this.#saved.steps.find((step) => step.id === id)!;
  }

  ask(step: string, attempt = 1): this {
    this.append({ kind: 'instance-read', step, status: 'running', size: this.#step(step).before });
    return this.append({ kind: 'intent', step, attempt, size: this.#step(step).after });
  }

  accept(step: string, attempt = 1): this {
    const at = this.#saved.steps.findIndex(({ id }) => id === step);
    const order = `2026010500${String(100 + at * 10 + attempt)}`;
    const requestId = `7c1d8f20-0000-4000-8000-${String(at * 10 + attempt).padStart(12, '0')}`;
    const sentAt = new Date(this.#now).toISOString();
    return this.append({ kind: 'accepted', step, attempt, order, requestId, sentAt });
  }

  refuse(step: string, code: string, message: string, next: AfterRefusal): this {
    const sentAt = new Date(this.#now).toISOString();
    const requestId = '9e0b4c11-0000-4000-8000-000000000009';
    return this.append({ kind: 'refused', step, attempt: 1, code, message, requestId, sentAt, next });
  }

  end(
    step: string,
    outcome: Exclude<Outcome, 'not-run'>,
    more: { code?: string; what?: string; size?: Size | null; billed?: Money } = {},
  ): this {
    const { code = null, what = 'read back at the planned size', billed = null } = more;
    const size =
      more.size === undefined && outcome === 'verified' ? this.#step(step).after : (more.size ?? null);
    return this.append({ kind: 'step-ended', step, outcome, code, message: words(what), size, billed });
  }

  /** One read per second in the last `seconds` seconds. */
  reads(seconds: number): this {
    const counts = Array.from(
      { length: seconds },
      (_, at) => [this.seconds - at, 'DescribeInstances', 1, 0] as const,
    );
    return this.append({ kind: 'calls', counts });
  }

  stop(because: Exclude<EndedBecause, 'done'>, what: string): this {
    return this.append({ kind: 'stopping', because, message: words(what) });
  }

  finish(because: EndedBecause, exitCode: number): this {
    return this.append({ kind: 'run-ended', because, exitCode });
  }
}

/** The identity that the provider reports; a hostile user is hostile here too. */
function callerOf(user: string) {
  const isPlain = /^[a-z]+$/.test(user);
  const arn = isPlain ? 'qcs::cam::uin/100000000001:uin/100000000042' : user;
  return { account: '100000000001', user: '100000000042', type: isPlain ? 'CAMUser' : user, arn };
}

export const finding = (more: Partial<Finding> = {}): Finding => ({
  messageId: 'rule.data-would-not-fit',
  params: {},
  code: 'InvalidParameterValue.ReduceCapacityNotAllowed',
  severity: 'error',
  message: `${more.instance ?? 'crs-8kd02mfa'}: 24 GB in total is less than the 27,956 MB that it needs: 1.3 x the 21,504 MB in use (from the monitor, read 2026-01-05T02:00:00Z)`,
  fix: 'memoryPerShard: { atLeast: 9319MB, roundTo: sold }, or free memory first',
  example: null,
  location: { file: 'plans/double-eleven.yaml', line: 12, column: 21 },
  excerpt: '12 |     memoryPerShard: 8GB\n   |                     ^^^',
  instance: 'crs-8kd02mfa',
  ...more,
});

const CART: readonly Case[] = [
  { instance: 'crs-5qlrlhux', name: 'cart-01', changes: [{ memoryPerShard: 8192, price: 412 }] },
  {
    instance: 'crs-8kd02mfa',
    name: 'cart-02',
    wave: 1,
    reason: message('reason.lower-peak', {
      order: ['shards', 'memoryPerShard'],
      peak: 65_536,
      usual: ['memoryPerShard', 'shards'],
      usualPeak: 98_304,
    }),
    changes: [
      { shards: 8, price: 980.5 },
      { memoryPerShard: 8192, price: 1600 },
    ],
  },
  {
    instance: 'crs-x1y2z3a4',
    name: '购物车-上海',
    region: 'ap-shanghai',
    wave: 1,
    changes: [{ replicas: 3, price: 1.752, basis: 'hourly' }],
  },
];

const unpriced = (cases: readonly Case[]): Case[] =>
  cases.map((own) => ({ ...own, changes: own.changes.map(({ price: _, ...change }) => change) }));

const blocked: BlockedTarget = {
  instance: 'crs-b10cked1',
  region: 'ap-guangzhou',
  findings: [finding({ instance: 'crs-b10cked1' })],
};
const tooSoon = createFinding(
  'Refit.FinishByTooSoon',
  message('plan.finish-by-too-soon', { least: 1, soaks: false, seconds: 0 }),
);
const unchanged = [
  {
    instance: 'crs-0k0k0k0k',
    region: 'ap-guangzhou',
    reason: message('reason.already-at-size', { size: { memoryPerShard: 8192, shards: 3, replicas: 1 } }),
  },
];

/** A saved plan with the journal of its run. */
export interface Situation {
  readonly saved: SavedPlan;
  readonly entries: readonly JournalEntry[];
}

function allVerified(): Situation {
  const saved = savedPlan(unpriced(CART), { unchanged });
  const [one, two, three, four] = saved.steps.map(({ id }) => id) as [string, string, string, string];
  const journal = new JournalWriter(saved)
    .start()
    .wave('wave-started', 0)
    .after(1)
    .ask(one)
    .after(0.2)
    .accept(one)
    .after(180)
    .reads(20)
    .end(one, 'verified')
    .wave('wave-ended', 0)
    .after(1)
    .wave('wave-started', 1)
    .ask(two)
    .after(0.1)
    .accept(two)
    .ask(four)
    .after(0.1)
    .accept(four)
    .after(150)
    .reads(15)
    .end(four, 'verified')
    .after(60)
    .end(two, 'verified')
    .after(1)
    .ask(three)
    .refuse(three, 'FailedOperation.SystemError', 'instance is locked', 'wait')
    .after(30)
    .ask(three, 2)
    .after(0.2)
    .accept(three, 2)
    .after(200)
    .reads(20)
    .end(three, 'verified')
    .wave('wave-ended', 1)
    .finish('done', 0);
  return { saved, entries: journal.entries };
}

function priced(): Situation {
  const saved = savedPlan(CART, { blocked: [blocked], unchanged, findings: [tooSoon] });
  const [one, two, three, four] = saved.steps.map(({ id }) => id) as [string, string, string, string];
  const yuan = (amount: number) => ({ billed: { amount, currency: 'CNY' } });
  const journal = new JournalWriter(saved)
    .start()
    .wave('wave-started', 0)
    .after(1)
    .ask(one)
    .accept(one)
    .after(180)
    .reads(10)
    .end(one, 'verified', yuan(412))
    .wave('wave-ended', 0)
    .wave('wave-started', 1)
    .ask(two)
    .accept(two)
    .ask(four)
    .refuse(four, 'ResourceUnavailable.SaleOut', 'sold out in this zone', 'skip')
    .end(four, 'refused', { code: 'ResourceUnavailable.SaleOut', what: 'sold out in this zone' })
    .after(200)
    .end(two, 'verified', yuan(990.5))
    .ask(three)
    .accept(three)
    .after(240)
    .end(three, 'failed', { what: 'the provider reports its task as failed', size: saved.steps[2]!.before })
    .wave('wave-ended', 1)
    .finish('done', 3);
  return { saved, entries: journal.entries };
}

/** A fleet of memory changes: one instance in wave canary, the others in wave rest. */
export function fleet(instances: number): Case[] {
  return Array.from({ length: instances }, (_, at) => ({
    instance: `crs-${(at + 46656 ** 1.5).toString(36).slice(0, 4)}${String(at).padStart(4, '0')}`,
    name: `feed-${String(at).padStart(4, '0')}`,
    wave: at === 0 ? 0 : 1,
    changes: [{ memoryPerShard: 8192 }],
  }));
}

function halted(): Situation {
  const saved = savedPlan(fleet(9));
  const journal = new JournalWriter(saved).start().wave('wave-started', 0);
  const ids = saved.steps.map(({ id }) => id);
  journal
    .ask(ids[0]!)
    .accept(ids[0]!)
    .after(170)
    .end(ids[0]!, 'verified')
    .wave('wave-ended', 0)
    .wave('wave-started', 1);
  for (const id of ids.slice(1, 6)) journal.after(0.06).ask(id).accept(id);
  journal.after(120);
  for (const id of ids.slice(1, 4))
    journal
      .after(1)
      .end(id, 'failed', { what: 'the order ended, the size is the old one', size: saved.steps[0]!.before });
  journal.stop('halted', '3 steps failed, the plan allows no more than 2 (failed > 2)').after(40);
  for (const id of ids.slice(4, 6)) journal.after(2).end(id, 'verified');
  journal.finish('halted', 4);
  return { saved, entries: journal.entries };
}

function inProgress(): Situation {
  const saved = savedPlan(unpriced(CART));
  const [one, two, , four] = saved.steps.map(({ id }) => id) as [string, string, string, string];
  const journal = new JournalWriter(saved)
    .start()
    .wave('wave-started', 0)
    .ask(one)
    .accept(one)
    .after(180)
    .end(one, 'verified')
    .wave('wave-ended', 0)
    .wave('wave-started', 1)
    .ask(two)
    .accept(two)
    .after(0.1)
    .ask(four)
    .accept(four)
    .after(45)
    .reads(5);
  return { saved, entries: journal.entries };
}

function crashed(): Situation {
  const saved = savedPlan(unpriced(CART));
  const [one, two, three, four] = saved.steps.map(({ id }) => id) as [string, string, string, string];
  const noAnswer: JournalEvent = {
    kind: 'no-answer',
    step: two,
    attempt: 1,
    reason: words('the connection was reset'),
    sentAt: '2026-01-05T02:03:10.000Z',
  };
  const journal = new JournalWriter(saved)
    .start()
    .wave('wave-started', 0)
    .ask(one)
    .accept(one)
    .after(180)
    .end(one, 'verified')
    .wave('wave-ended', 0)
    .after(10)
    .wave('wave-started', 1)
    .ask(two)
    .append(noAnswer)
    .ask(four)
    .after(600)
    .start({ user: 'lin', host: 'ops-2', pid: 77 }, true, 37)
    .append({
      kind: 'resolved',
      step: four,
      attempt: 1,
      executed: true,
      order: '20260105009999',
      evidence: words('its order was found by time and instance'),
    })
    .after(60)
    .end(four, 'verified')
    .after(120)
    .end(two, 'unknown', { what: 'no source could be read for 3 m' })
    .end(three, 'skipped', { what: 'the step before it on this instance is unknown' })
    .stop('halted', '1 step is unknown (unknown > 0)')
    .finish('halted', 10);
  return { saved, entries: journal.entries };
}

/** Text that has effects if a renderer does not escape it. */
export const HOSTILE =
  "=cmd|' /C calc'!A0\x1b[31m\x1b]8;;http://evil.example\x07x\x9b2J\u202egnp.exe\u2066<script>alert(1)</script><img src=x onerror=alert(2)>\"'`|` **b** [l](javascript:alert(3)) @everyone #1 ]]>\r\n\t\0\ud800\ufeff";

/** A run in which every text from outside is this text. */
export function hostileRun(text: string): Situation {
  const saved = savedPlan(
    [{ instance: 'crs-ev11ev11', name: text, changes: [{ memoryPerShard: 8192 }] }],
    {
      name: text,
      change: text,
      owner: text,
      blocked: [
        {
          instance: 'crs-ev12ev12',
          region: text,
          findings: [finding({ code: text, message: text, fix: text })],
        },
      ],
      unchanged: [{ instance: 'crs-ev13ev13', region: 'ap-guangzhou', reason: reasonWith(text) }],
      file: text,
      findings: [finding({ severity: 'warning', code: text, message: text, fix: text })],
    },
    [text],
  );
  const [one] = saved.steps.map(({ id }) => id) as [string];
  const journal = new JournalWriter(saved)
    .start({ user: text, host: text, pid: 1 })
    .wave('wave-started', 0)
    .ask(one)
    .refuse(one, text, text, 'skip')
    .end(one, 'refused', { code: text, what: text })
    .append({ kind: 'calls', counts: [[1767578400, text, 3, 1]] })
    .stop('halted', text)
    .finish('halted', 4);
  return { saved, entries: journal.entries };
}

/** A process died before its answer came; a second process resumed the run and died too. */
function died(): Situation {
  const saved = savedPlan(unpriced(CART));
  const [one, two, , four] = saved.steps.map(({ id }) => id) as [string, string, string, string];
  const journal = new JournalWriter(saved)
    .start()
    .wave('wave-started', 0)
    .ask(one)
    .accept(one)
    .after(180)
    .end(one, 'verified')
    .wave('wave-ended', 0)
    .wave('wave-started', 1)
    .ask(two)
    .ask(four)
    .accept(four)
    .after(600)
    .start({ user: 'lin', host: 'ops-1', pid: 5151 }, true, 112)
    .append({
      kind: 'lock-taken-over',
      locks: ['saved-plan', 'run-directory', 'instances'],
      from: { pid: 4242, host: 'ops-1', since: '2026-01-05T02:00:00.000Z', purpose: 'refit apply in runs/x' },
    });
  return { saved, entries: journal.entries };
}

/** The situations by name; golden files have the same names. */
export const SITUATIONS: Readonly<Record<string, () => Situation>> = {
  'a-small-run-all-verified': allVerified,
  'a-priced-run-with-a-failure-and-a-refusal': priced,
  'a-halted-run': halted,
  'a-run-in-progress': inProgress,
  'a-resumed-run-with-an-unknown': crashed,
  'a-plan-without-a-journal': () => ({ saved: savedPlan(CART), entries: [] }),
  'a-run-whose-processes-died': died,
  'a-run-full-of-hostile-text': () => hostileRun(HOSTILE),
};

const warning = createFinding(
  'Refit.FinishByTooSoon',
  message('plan.finish-by-unlikely', { likely: 1800, durations: 'assumed', seconds: 1200 }),
);

/** The reviews by name; golden files have the same names. */
export const REVIEWS: Readonly<Record<string, () => PlanReview>> = {
  'a-priced-plan-that-is-ready': () => {
    const plan = savedPlan(CART, { unchanged, blocked: [blocked], findings: [warning] });
    return {
      verdict: 'ready',
      plan,
      findings: [...blocked.findings, warning],
      next: 'refit apply double-eleven.plan.json',
    };
  },
  'a-blocked-plan': () => {
    const plan = savedPlan([], { digest: '', blocked: [blocked], unchanged });
    const second = finding({
      code: 'ResourceUnavailable.SaleOut',
      instance: 'crs-50ld0ut0',
      message: 'redis-6.2-cluster is sold out in ap-guangzhou-3',
      fix: 'wait, or take another zone',
      excerpt: null,
    });
    return {
      verdict: 'blocked',
      plan,
      findings: [...blocked.findings, second, warning],
      next: 'refit explain crs-b10cked1 plans/double-eleven.yaml',
    };
  },
  'a-plan-without-changes': () => ({
    verdict: 'no-change',
    plan: savedPlan([], { unchanged }),
    findings: [],
    next: null,
  }),
  'a-plan-too-long-to-show': () => ({
    verdict: 'ready',
    plan: savedPlan(fleet(60)),
    findings: Array.from({ length: 14 }, (_, at) => ({
      ...warning,
      instance: `crs-${String(at).padStart(8, '0')}`,
    })),
    next: 'refit apply feed.plan.json',
  }),
  'a-plan-full-of-hostile-text': () => {
    const { saved } = hostileRun(HOSTILE);
    const bad = finding({
      code: HOSTILE,
      message: HOSTILE,
      fix: HOSTILE,
      excerpt: HOSTILE,
      instance: 'crs-ev12ev12',
      location: { file: HOSTILE, line: 1, column: 1 },
    });
    return { verdict: 'ready', plan: saved, findings: [bad], next: HOSTILE };
  },
};
