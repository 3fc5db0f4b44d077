/**
 * A whole run in virtual time: the real planner, executor, client, signature and permits against the simulated provider.
 * The round trip of the network is log-normal, half of it before arrival. Hours take seconds, and a seed always gives the
 * same run.
 */
import { VirtualClock } from '../src/clock.ts';
import { createCloud, createReader } from '../src/cloud/client.ts';
import { secret } from '../src/cloud/credentials/find-credentials.ts';
import { createPermits } from '../src/cloud/limit/permits.ts';
import { type HttpRequest, type Transport, TransportError } from '../src/cloud/network/transport.ts';
import { given } from '../src/given.ts';
import type { Dimension, Durations, JournalEntry, SavedPlan } from '../src/model.ts';
import { planFleet } from '../src/operations/plans/plan-fleet.ts';
import { createCallCounter } from '../src/run/call-counter.ts';
import { createProcess, pastOf } from '../src/run/process.ts';
import { http } from '../src/simulator/gateway/http.ts';
import { createWorld } from '../src/simulator/world/create-world.ts';
import type { LimitCounting } from '../src/simulator/world/request-limit.ts';
import { OWNER_UIN, type World } from '../src/simulator/world/world.ts';
import { arrivalsOf, networkOf, type Stranger } from './stranger.ts';

export interface VirtualRunOptions {
  readonly seed: number;
  readonly steps: number;
  readonly inFlight: number;
  readonly requestsPerSecond: number;
  readonly counting?: LimitCounting;
  /** The duration of each change, ms. */
  readonly duration: (normal: () => number, dimension: Dimension) => number;
  /** The dimension of the change of an instance, by its number; absent: memory. */
  readonly dimensionOf?: (instance: number) => Dimension;
  /** What the plan knows of past runs. */
  readonly durations?: Durations;
  /** Prepaid, so that Refit reads the bill of each order. */
  readonly prepaid?: boolean;
  /** Another client of the same limit. */
  readonly stranger?: Stranger;
}

export interface VirtualRun {
  readonly saved: SavedPlan;
  readonly world: World;
  readonly entries: readonly JournalEntry[];
  /** Arrival times of orders, seconds since the start of the run. */
  readonly accepted: readonly number[];
  readonly refused: readonly number[];
  /** Calls that arrived, by action. */
  readonly calls: ReadonlyMap<string, number>;
  /** When a group of entries was made durable, seconds since the start of the run. */
  readonly commits: readonly number[];
  /** Time from the arrival of the first order to the end of the run, ms. */
  readonly took: number;
  readonly exitCode: number | null;
}

const ORDER = 'UpgradeInstance';
/** Milliseconds until a group of entries is durable. */
const FSYNC = 2;
const KEYS = { secretId: `AKID${'b'.repeat(32)}`, secretKey: 'k'.repeat(32) };

export async function virtualRun(options: VirtualRunOptions): Promise<VirtualRun> {
  const { seed, steps, stranger } = options;
  const { chance, normal, halfTrip } = networkOf(seed);
  // A run may start at any moment of a second.
  const time = new VirtualClock(Date.UTC(2026, 10, 11) + chance.whole(0, 999));
  const world = createWorld(
    {
      seed,
      fleet: Array.from({ length: steps }, (_, n) => ({
        id: `crs-${n.toString(36).padStart(8, '0')}`,
        name: `cart-${n}`,
        region: 'ap-guangzhou',
        zone: 'ap-guangzhou-3',
        type: options.dimensionOf?.(n) === 'shards' ? 9 : 8,
        memoryPerShard: 4096,
        shards: 1,
        replicas: 1,
        billing: options.prepaid ? ('prepaid' as const) : ('postpaid' as const),
        status: 'running' as const,
        tags: { change: options.dimensionOf?.(n) ?? 'memoryPerShard' },
        usedTotal: 1024,
        usedFullestShard: null,
        daysLeft: 30,
        replicaZones: [],
        task: null,
        unpaidOrder: false,
        lowVersion: false,
      })),
      identities: [{ ...KEYS, token: null, uin: OWNER_UIN }],
      startLag: [200, 600],
      lockTail: [1000, 2000],
      duration: [0, 0],
      durationOf: ({ change }) => Math.round(options.duration(normal, change.dimension)),
      limit: null,
      limitCounting: options.counting ?? 'calendar',
      balance: 1e9,
      faults: [],
    },
    time.now(),
  );

  const [accepted, refused]: [number[], number[]] = [[], []];
  const commits: number[] = [];
  const calls = new Map<string, number>();
  let began = 0;
  let firstOrder: number | null = null;
  const arrive = (request: HttpRequest) => {
    const action = request.headers['X-TC-Action'] ?? '';
    const answer = http(
      world,
      { method: 'POST', url: `${request.origin}/`, headers: request.headers, body: request.body },
      time.now(),
    );
    calls.set(action, (calls.get(action) ?? 0) + 1);
    if (answer.kind !== 'answered') throw new TransportError('no answer', true);
    if (action === ORDER) {
      firstOrder ??= time.monotonic();
      const into = answer.body.includes('RequestLimitExceeded') ? refused : accepted;
      into.push((time.monotonic() - began) / 1000);
    }
    return answer;
  };
  const transport: Transport = {
    async send(request) {
      const half = halfTrip();
      if (request.goAhead && !request.goAhead()) throw new TransportError('held back', false);
      await time.sleep(half);
      const answer = arrive(request);
      await time.sleep(half + answer.delay);
      return {
        status: answer.status,
        contentType: answer.headers['Content-Type'] ?? '',
        date: new Date(time.now()).toUTCString(),
        body: answer.body,
      };
    },
    async close() {},
  };

  const credentials = () => ({
    secretId: KEYS.secretId,
    secretKey: secret(KEYS.secretKey),
    token: null,
    sourceName: 'the benchmark',
  });
  const common = { clock: time, transport, credentials, endpoint: null, jitter: chance.next };
  const plan = [
    'version: 1',
    'name: bench',
    'defaults: { region: ap-guangzhou }',
    'targets:',
    '  - { select: { tags: { change: memoryPerShard } }, memoryPerShard: 8GB }',
    ...(options.dimensionOf
      ? [
          '  - { select: { tags: { change: replicas } }, replicas: 2 }',
          '  - { select: { tags: { change: shards } }, shards: 3 }',
        ]
      : []),
    `execution: { inFlight: ${options.inFlight}, requestsPerSecond: ${options.requestsPerSecond} }`,
  ].join('\n');

  return time.run(async () => {
    const from = createReader({ ...common, permits: createPermits(time, 18) });
    const { review, findings } = await planFleet(plan, 'bench.yaml', {
      from,
      clock: time,
      profile: 'default',
      ...given({ durations: options.durations }),
    });
    if (review?.verdict !== 'ready') throw new Error(JSON.stringify(findings, null, 1));
    const saved = review.plan;
    calls.clear();

    const entries: JournalEntry[] = [];
    const permits = createPermits(time, saved.execution.requestsPerSecond);
    const counter = createCallCounter();
    const cloud = createCloud({ ...common, permits, onCall: counter.add });
    const runProcess = createProcess({
      saved,
      past: pastOf(saved, []),
      store: {
        append() {
          commits.push((time.monotonic() - began) / 1000);
          return time.sleep(FSYNC);
        },
      },
      clock: time,
      permits,
      calls: counter,
      by: { user: 'bench', host: 'here', pid: 1 },
      endpoint: cloud.endpoint,
      version: '0.0.0',
      onEntry: (entry) => entries.push(entry),
    });
    await runProcess.start();
    await runProcess.journal.appendDurably({ kind: 'approved', how: 'auto-approve', by: 'bench' });
    began = time.monotonic();
    if (stranger) void share(world, time, arrivalsOf(stranger, seed));
    const end = await runProcess.carryOut({ cloudFor: () => cloud });
    const took = time.monotonic() - (firstOrder ?? began);
    return {
      saved,
      world,
      entries,
      accepted,
      refused,
      calls,
      commits,
      took,
      exitCode: end?.exitCode ?? null,
    };
  });
}

/** Uses the limit at these moments, seconds since now. */
async function share(world: World, time: VirtualClock, arrivals: readonly number[]): Promise<void> {
  const began = time.monotonic();
  for (const at of arrivals) {
    await time.sleep(began + at * 1000 - time.monotonic());
    world.limit.arrive(OWNER_UIN, ORDER, time.now());
  }
}
