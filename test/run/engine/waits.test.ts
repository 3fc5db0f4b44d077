/** The waits in the status of a live run: each has its name, its step, its start and its limit. */
import { describe, expect, it } from 'vitest';
import { TransportError } from '../../../src/cloud/network/transport.ts';
import type { WaitName } from '../../../src/run/waits.ts';
import { A, ALL_TO_8GB, clusters, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type ProcessOptions, type Stage, type StageOptions, setStage } from '../stage.ts';

const MINUTE = 60_000;

interface Story {
  readonly name: WaitName;
  readonly when: string;
  readonly options: Partial<StageOptions>;
  readonly processOptions?: ProcessOptions;
  readonly change?: (stage: Stage) => void;
  readonly limit: number | ((limit: number) => boolean);
  /** The whole run waits. */
  readonly wide?: true;
}

const unreachable =
  (actions: RegExp, from: number, until: number) =>
  (stage: Stage): void => {
    const began = stage.clock.now();
    stage.cloud.network.intercept = (action) => {
      const now = stage.clock.now() - began;
      if (!actions.test(action) || now < from || now > until) return null;
      throw new TransportError('the network is down', true);
    };
  };

/** Makes an instance busy for so many milliseconds. */
const busy =
  (id: string, ms: number) =>
  (stage: Stage): void => {
    const instance = stage.cloud.world.instances.get(id)!;
    instance.status = 1;
    void stage.clock.sleep(ms).then(() => {
      instance.status = 2;
    });
  };

const STORIES: readonly Story[] = [
  { name: 'following', when: 'a resize is in progress', options: {}, limit: 120 * MINUTE },
  {
    name: 'paused',
    when: 'it is paused',
    options: {},
    processOptions: {
      commands: [
        [2_000, { kind: 'pause' }],
        [10_000, { kind: 'continue' }],
      ],
    },
    limit: 24 * 60 * MINUTE,
    wide: true,
  },
  {
    name: 'busy',
    when: 'an instance is busy',
    options: {},
    change: busy(A(1), 60_000),
    limit: 15 * MINUTE,
  },
  {
    name: 'patience',
    when: 'an order has no answer',
    options: { faults: ['lost-answer#1'] },
    limit: 3 * MINUTE,
  },
  {
    name: 'unclear',
    when: 'patience is over and reads fail',
    options: { faults: ['lost-answer#1'] },
    change: unreachable(/Describe/, 250, 10 * MINUTE),
    limit: 60 * MINUTE,
  },
  {
    name: 'unreachable',
    when: 'a resize in progress cannot be read',
    options: {},
    change: unreachable(/Describe/, 1_000, 10 * MINUTE),
    limit: 120 * MINUTE,
  },
  {
    name: 'unreachable',
    when: 'nothing can be read before an order',
    options: {},
    change: unreachable(/Describe/, 0, 5 * MINUTE),
    limit: 15 * MINUTE,
  },
  {
    name: 'unsent',
    when: 'no connection is ready in time for an order',
    options: {},
    change: (stage) => {
      const began = stage.clock.now();
      stage.cloud.network.connect = (action) =>
        action === 'UpgradeInstance' && stage.clock.now() - began < 60_000 ? 5_000 : 0;
    },
    limit: 15 * MINUTE,
  },
  {
    name: 'window',
    when: 'a change waits for its maintenance window',
    options: {
      plan: 'targets: [{ select: { all: true }, memoryPerShard: 8GB }]\nexecution: { switch: maintenance-window }',
    },
    processOptions: { statusEvery: 10 * MINUTE },
    limit: (limit) => limit > 24 * 60 * MINUTE && limit < 48 * 60 * MINUTE,
  },
  {
    name: 'tailLock',
    when: 'an instance rests between its steps',
    options: {
      fleet: clusters(1),
      plan: 'targets: [{ select: { all: true }, memoryPerShard: 8GB, shards: 5 }]',
    },
    limit: (limit) => limit > 3_000 && limit <= 5_000,
  },
  {
    name: 'permit',
    when: 'many orders wait at a low rate',
    options: { fleet: standards(12) },
    processOptions: { commands: [[0, { kind: 'set', setting: 'requestsPerSecond', value: 0.5 }]] },
    limit: (limit) => limit >= 1_000 + 2_000 && limit <= 1_000 + 12 * 2_000,
  },
  {
    name: 'rateHold',
    when: 'the request limit has refused a call',
    options: { fleet: standards(40), limit: 12 },
    processOptions: { statusEvery: 50 },
    limit: (limit) => limit > 0 && limit <= 500,
    wide: true,
  },
];

describe('the status of a live run shows a wait', () => {
  it.each(STORIES)('$name, while $when', async ({ name, options, processOptions, change, limit, wide }) => {
    const stage = await setStage({
      fleet: standards(2),
      plan: ALL_TO_8GB,
      duration: [20_000, 30_000],
      ...options,
    });
    change?.(stage);
    const began = stage.clock.now();
    const run = await stage.run({ statusEvery: 500, ...processOptions });
    holds(stage, run, { refusedByLimit: name === 'rateHold' });
    const seen = run.statuses.flatMap(({ waits, after }) => waits.map((wait) => ({ ...wait, after })));
    const matching = seen.filter((wait) => wait.name === name);
    expect(matching.length).toBeGreaterThan(0);
    for (const { step, since, limit: most, after } of matching) {
      if (typeof limit === 'number') expect(most).toBe(limit);
      else expect(limit(most), `${most} ms`).toBe(true);
      if (wide) expect(step).toBeNull();
      else expect(stage.saved.steps.map(({ id }) => id)).toContain(step);
      expect(Date.parse(since)).toBeGreaterThanOrEqual(began - 1);
      expect(Date.parse(since)).toBeLessThanOrEqual(began + after + 1);
    }
    // A wait keeps its start until it ends.
    expect(new Set(matching.map(({ step, since }) => `${step} ${since}`)).size).toBeLessThan(
      Math.max(2, matching.length),
    );
    // A wait that has ended is no longer shown.
    const last = run.statuses.at(-1)!;
    expect(last.waits.filter((wait) => wait.name === 'paused' || wait.name === 'busy')).toEqual([]);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
  });

  it('at most once for each step, and only for steps in progress', async () => {
    const stage = await setStage({
      fleet: standards(9),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 3 }`,
      duration: [20_000, 30_000],
      faults: ['lost-answer:0.2'],
    });
    busy(A(2), 30_000)(stage);
    const run = await stage.run({ statusEvery: 1_000 });
    holds(stage, run);
    for (const { waits, inFlight } of run.statuses) {
      const steps = waits.map(({ step }) => step);
      expect(new Set(steps).size).toBe(steps.length);
      expect(steps.length).toBeLessThanOrEqual(3);
      expect(inFlight).toMatchObject({ now: 3, approved: 3 });
      expect(inFlight.inProgress).toBeLessThanOrEqual(3);
    }
  });
});

describe('the status of a live run', () => {
  it('shows the set values beside the approved values', async () => {
    const stage = await setStage({ fleet: standards(6), plan: ALL_TO_8GB, duration: [20_000, 30_000] });
    const run = await stage.run({
      statusEvery: 1_500,
      commands: [
        [1_000, { kind: 'set', setting: 'inFlight', value: 4 }],
        [1_000, { kind: 'set', setting: 'requestsPerSecond', value: 2.5 }],
        [1_000, { kind: 'pause' }],
        [10_000, { kind: 'continue' }],
      ],
    });
    const [first] = run.statuses;
    expect(first).toMatchObject({
      paused: { by: 'oncall@there' },
      inFlight: { now: 4, approved: 20, inProgress: 6 },
      requestsPerSecond: { now: 2.5, approved: 18 },
    });
    expect(first!.requestsPerSecond.lanes.map(({ action, rate }) => [action, rate])).toContainEqual([
      'UpgradeInstance',
      2.5,
    ]);
    expect(run.statuses.at(-1)!.paused).toBeNull();
  });
});
