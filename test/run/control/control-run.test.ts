/** Control commands to a live run, in virtual time, against the simulated provider. */
import { describe, expect, it } from 'vitest';
import { textOf } from '../../../src/messages/messages.ts';
import type { ControlCommand } from '../../../src/model.ts';
import { seededRandom } from '../../../src/simulator/world/random.ts';
import { A, ALL_TO_8GB, clusters, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { OPERATOR, type Run, setStage } from '../stage.ts';

const PAUSE: ControlCommand = { kind: 'pause' };
const CONTINUE: ControlCommand = { kind: 'continue' };
const DRAIN: ControlCommand = { kind: 'drain' };
const ABORT: ControlCommand = { kind: 'abort' };
const inFlight = (value: number): ControlCommand => ({ kind: 'set', setting: 'inFlight', value });
const rate = (value: number): ControlCommand => ({ kind: 'set', setting: 'requestsPerSecond', value });

const STORY = {
  fleet: standards(12),
  plan: `${ALL_TO_8GB}\nexecution: { inFlight: 3 }`,
  duration: [20_000, 30_000] as const,
};

/** When each intent was written and each step ended, in milliseconds from the start of the last process. */
function moments(run: Run) {
  const from = Date.parse(run.entries.findLast(({ kind }) => kind === 'run-started')!.at);
  const at = (kind: string) =>
    run.entries.filter((entry) => entry.kind === kind).map((entry) => Date.parse(entry.at) - from);
  return { intents: at('intent').filter((ms) => ms >= 0), ended: at('step-ended') };
}

const commandsOf = (run: Run) =>
  run.entries.flatMap((entry) => (entry.kind === 'control-command' ? [entry] : []));

describe('a command to a live run', () => {
  const early = 5_000;
  it.each<{ title: string; commands: ControlCommand[]; answers: (true | RegExp)[] }>([
    { title: 'pause, continue', commands: [PAUSE, CONTINUE], answers: [true, true] },
    {
      title: 'pause twice',
      commands: [PAUSE, PAUSE],
      answers: [true, /^already paused, since 2026-.* by oncall@there$/],
    },
    { title: 'continue without a pause', commands: [CONTINUE], answers: [/^not paused$/] },
    { title: 'continue twice', commands: [PAUSE, CONTINUE, CONTINUE], answers: [true, true, /^not paused$/] },
    {
      title: 'drain, and everything after it',
      commands: [DRAIN, DRAIN, PAUSE, CONTINUE, inFlight(2)],
      answers: [
        true,
        /^the run is already stopping: drained by oncall@there/,
        /^the run is stopping: drained/,
        /^the run is stopping: drained/,
        /^the run is stopping: drained/,
      ],
    },
    { title: 'a lower rate while the run drains', commands: [DRAIN, rate(5)], answers: [true, true] },
    {
      title: 'drain while paused',
      commands: [PAUSE, DRAIN, CONTINUE],
      answers: [true, true, /^the run is stopping/],
    },
    {
      title: 'abort, and everything after it',
      commands: [ABORT, PAUSE, ABORT],
      answers: [
        true,
        /^the run is aborting$|^the run has ended$/,
        /^the run is aborting$|^the run has ended$/,
      ],
    },
    {
      title: 'a lower inFlight, then the approved one',
      commands: [inFlight(1), inFlight(3)],
      answers: [true, true],
    },
    { title: 'the same inFlight', commands: [inFlight(3)], answers: [/^inFlight is already 3$/] },
    {
      title: 'an inFlight above the approved one',
      commands: [inFlight(4)],
      answers: [
        /^above the approved value: the plan says inFlight 3; for more, .* refit plan PLAN -o SAVED$/,
      ],
    },
    ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY].map((value) => ({
      title: `inFlight ${value}`,
      commands: [inFlight(value)],
      answers: [/^inFlight takes a whole number from 1 to 3$/],
    })),
    { title: 'a lower rate, then the approved one', commands: [rate(2.5), rate(18)], answers: [true, true] },
    { title: 'the same rate', commands: [rate(18)], answers: [/^requestsPerSecond is already 18$/] },
    {
      title: 'a rate above the approved one',
      commands: [rate(19)],
      answers: [/^above the approved value: the plan says requestsPerSecond 18/],
    },
    ...[0, -1, 0.01, Number.NaN].map((value) => ({
      title: `requestsPerSecond ${value}`,
      commands: [rate(value)],
      answers: [/^requestsPerSecond takes a number from 0.1 to 18$/],
    })),
  ])('gets an answer and a journal entry with its operator: $title', async ({ commands, answers }) => {
    const stage = await setStage(STORY);
    const run = await stage.run({ commands: commands.map((command, n) => [early + n, command]) });
    holds(stage, run);
    expect(run.answers).toHaveLength(answers.length);
    for (const [n, answer] of answers.entries()) {
      expect(run.answers[n]!.accepted).toBe(answer === true);
      if (answer !== true) expect(run.answers[n]!.message).toMatch(answer);
    }
    const journaled = commandsOf(run);
    expect(
      journaled
        .slice(0, run.answers.length)
        .map(({ accepted, message }) => ({ accepted, message: textOf(message) })),
    ).toEqual(
      run.answers
        .filter(({ messageId }) => messageId !== 'control.run-ended')
        .map(({ accepted, message }) => ({ accepted, message })),
    );
    for (const entry of journaled) expect(entry.by).toEqual(OPERATOR);
  });

  it('is refused after the end of the run, without an entry', async () => {
    const stage = await setStage({ ...STORY, fleet: standards(1) });
    const first = await stage.run();
    const { head } = first.state;
    expect(commandsOf(first)).toEqual([]);
    expect(first.report.head).toBe(head);
  });
});

describe('a paused run', () => {
  it.each([0, 20, 500, 5_000, 25_000])(
    'starts no order until continue, and loses nothing (paused after %i ms)',
    async (ms) => {
      const stage = await setStage(STORY);
      const until = ms + 3_600_000;
      const run = await stage.run({
        commands: [
          [ms, PAUSE],
          [until, CONTINUE],
        ],
      });
      holds(stage, run);
      expect(run.end).toEqual({ because: 'done', exitCode: 0 });
      const { intents } = moments(run);
      expect(intents.filter((at) => at > ms && at < until)).toEqual([]);
      expect(intents.filter((at) => at >= until).length).toBeGreaterThan(5);
      expect(
        stage.cloud.arrivals.filter(({ at }) => at > stage.clock.now() - run.took + ms + 50).length,
      ).toBeGreaterThan(5);
      expect(Object.values(run.counts.orders)).toEqual(Array(12).fill(1));
    },
  );

  it('follows orders in flight to their end', async () => {
    const stage = await setStage(STORY);
    const run = await stage.run({
      commands: [
        [5_000, PAUSE],
        [600_000, CONTINUE],
      ],
    });
    expect(moments(run).ended.filter((at) => at < 60_000)).toHaveLength(3);
  });

  it('does not count the pause against the limit of a wait for a busy instance', async () => {
    const stage = await setStage({
      fleet: standards(1),
      plan: ALL_TO_8GB,
      afterPlanning: (world) => void Object.assign(world.instances.get(A(1))!, { status: 1 }),
    });
    const run = await stage.run({
      commands: [
        [10_000, PAUSE],
        [3_600_000, CONTINUE],
      ],
      meanwhile: [
        [3_700_000, () => void Object.assign(stage.cloud.world.instances.get(A(1))!, { status: 2 })],
      ],
    });
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
  });

  it('drains after 24 hours without continue, and can be resumed', async () => {
    const stage = await setStage(STORY);
    const first = await stage.run({ commands: [[5_000, PAUSE]] });
    holds(stage, first);
    expect(first.end).toEqual({ because: 'drained', exitCode: 143 });
    expect(first.took).toBeGreaterThanOrEqual(24 * 3_600_000);
    expect(first.took).toBeLessThan(24 * 3_600_000 + 60_000);
    expect(first.report.run.message).toMatch(/^paused for 24 hours: /);
    const second = await stage.run();
    holds(stage, second);
    expect(second.end).toEqual({ because: 'done', exitCode: 0 });
  });

  it.each([
    ['drain', DRAIN, 143],
    ['the first signal', null, 130],
  ] as const)('ends on %s', async (_, command, exitCode) => {
    const stage = await setStage(STORY);
    const run = await stage.run(
      command
        ? {
            commands: [
              [5_000, PAUSE],
              [100_000, command],
            ],
          }
        : { commands: [[5_000, PAUSE]], drainAfter: 100_000 },
    );
    holds(stage, run);
    expect(run.end).toEqual({ because: 'drained', exitCode });
    expect(run.took).toBeLessThan(101_000);
  });

  it('ends when finishBy is reached', async () => {
    const stage = await setStage({ ...STORY, plan: `${STORY.plan}\nfinishBy: "2026-01-05T11:00:00+08:00"` });
    const run = await stage.run({ commands: [[5_000, PAUSE]] });
    holds(stage, run);
    expect(run.end).toEqual({ because: 'finish-by', exitCode: 8 });
    expect(run.took).toBeLessThan(3_600_000 + 61_000);
  });

  it('shows the pause in its journal, and the next apply continues the run', async () => {
    const stage = await setStage(STORY);
    const first = await stage.run({
      commands: [
        [5_000, PAUSE],
        [6_000, inFlight(2)],
      ],
      diesAt: (what) => what.kind === 'durable' && what.text.includes('"step-ended"'),
    });
    expect(first.died).toBe(true);
    expect(first.state.control).toMatchObject({ paused: { by: 'oncall@there' }, inFlight: 2 });
    const second = await stage.run();
    holds(stage, second);
    expect(second.end).toEqual({ because: 'done', exitCode: 0 });
    expect(second.state.control).toEqual({ paused: null, inFlight: null, requestsPerSecond: null });
  });
});

describe('inFlight, set while the run is live', () => {
  const wide = { ...STORY, fleet: standards(24), plan: `${ALL_TO_8GB}\nexecution: { inFlight: 12 }` };

  it.each([0, 10, 100, 400, 1_000, 15_000])(
    'starts nothing above a lower number (set after %i ms)',
    async (ms) => {
      const stage = await setStage(wide);
      const run = await stage.run({ commands: [[ms, inFlight(2)]] });
      holds(stage, run);
      expect(run.end).toEqual({ because: 'done', exitCode: 0 });
      expect(Object.values(run.counts.orders)).toEqual(Array(24).fill(1));
      const from = stage.clock.now() - run.took;
      const late = stage.cloud.arrivals.filter(({ at }) => at > from + ms + 50);
      expect(late.length).toBeGreaterThan(5);
      expect(Math.max(...late.map(({ inProgress }) => inProgress))).toBeLessThanOrEqual(2);
    },
  );

  it('takes effect immediately when raised again', async () => {
    const stage = await setStage(wide);
    const run = await stage.run({
      commands: [
        [0, inFlight(1)],
        [10_000, inFlight(12)],
      ],
    });
    holds(stage, run);
    const { intents } = moments(run);
    expect(intents.filter((at) => at < 10_000)).toHaveLength(1);
    expect(intents.filter((at) => at < 12_000)).toHaveLength(12);
  });

  it('lets the second step of an instance wait for an in-flight slot', async () => {
    const stage = await setStage({
      fleet: clusters(8),
      plan: 'targets: [{ select: { all: true }, memoryPerShard: 8GB, shards: 5 }]\nexecution: { inFlight: 8 }',
      duration: [20_000, 30_000],
    });
    const run = await stage.run({ commands: [[5_000, inFlight(2)]] });
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    const from = stage.clock.now() - run.took;
    const late = stage.cloud.arrivals.filter(({ at, accepted }) => accepted && at > from + 5_050);
    expect(late).toHaveLength(8);
    expect(Math.max(...late.map(({ inProgress }) => inProgress))).toBeLessThanOrEqual(2);
  });

  it('keeps a number that was set during a pause in later waves', async () => {
    const stage = await setStage({
      ...wide,
      plan: `${wide.plan}\nwaves: [{ name: first, take: 8 }, { name: rest, take: rest }]`,
    });
    const run = await stage.run({
      commands: [
        [2_000, PAUSE],
        [3_000, inFlight(3)],
        [500_000, CONTINUE],
      ],
    });
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(Math.max(...stage.cloud.arrivals.slice(8).map(({ inProgress }) => inProgress))).toBe(3);
  });
});

describe('requestsPerSecond, set while the run is live', () => {
  it('spaces the following orders, and can be raised again', async () => {
    const stage = await setStage({
      fleet: standards(60),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 60 }`,
    });
    const run = await stage.run({
      commands: [
        [1_000, rate(0.5)],
        [21_000, rate(18)],
      ],
    });
    holds(stage, run);
    const from = stage.clock.now() - run.took;
    const sent = stage.cloud.arrivals.map(({ at }) => at - from);
    const slow = sent.filter((at) => at > 1_050 && at < 21_000);
    expect(slow.length).toBeGreaterThan(5);
    expect(slow.length).toBeLessThanOrEqual(10);
    expect(sent.filter((at) => at < 25_000)).toHaveLength(60);
  });
});

describe('a run that a command stops', () => {
  it('drains as after the first signal, exits 143, and can be resumed', async () => {
    const stage = await setStage(STORY);
    const first = await stage.run({ commands: [[25_000, DRAIN]] });
    holds(stage, first);
    expect(first.end).toEqual({ because: 'drained', exitCode: 143 });
    expect(first.report.run.message).toBe(
      'drained by oncall@there: Refit follows orders in flight to their end',
    );
    expect(first.report.totals.unknown).toBe(0);
    const second = await stage.run();
    holds(stage, second);
    expect(second.end).toEqual({ because: 'done', exitCode: 0 });
    expect(Object.values(second.counts.orders)).toEqual(Array(12).fill(1));
  });

  it.each([0, 30, 60, 100, 5_000, 25_000])(
    'exits immediately on abort with a whole journal, and can be resumed (after %i ms)',
    async (ms) => {
      const stage = await setStage(STORY);
      const first = await stage.run({ commands: [[ms, ABORT]] });
      holds(stage, first);
      expect(first.end).toBeNull();
      expect(first.took).toBeLessThanOrEqual(ms + 50);
      expect(first.entries.filter(({ kind }) => kind === 'run-ended')).toEqual([]);
      const aborted = first.entries.findIndex(({ kind }) => kind === 'control-command');
      expect(first.entries.slice(aborted).filter(({ kind }) => kind === 'intent')).toEqual([]);
      const second = await stage.run();
      holds(stage, second);
      expect(second.end).toEqual({ because: 'done', exitCode: 0 });
      expect(Object.values(second.counts.orders)).toEqual(Array(12).fill(1));
    },
  );
});

/** Faults of orders and reads. Each test with random commands uses some of them. */
const SOME_FAULTS = [
  'lost-answer:0.2',
  'reset-before:0.2',
  'http-500=executed:0.1',
  'system-error:0.2',
  'unknown-error=executed:0.1',
  'failed-task:0.1',
  'slow=7s:0.1',
  'http-500@DescribeTaskList:0.2',
  'limit=4@UpgradeInstance',
];

describe('a run with random commands and faults', () => {
  it.each([1, 11, 21])(
    'obeys commands, executes nothing twice, and can be finished (ten seeds from %i)',
    async (from) => {
      for (let seed = from; seed < from + 10; seed++) {
        try {
          await runWithRandomCommands(seed);
        } catch (error) {
          throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
        }
      }
    },
  );
});

async function runWithRandomCommands(seed: number): Promise<void> {
  const chance = seededRandom(seed * 7907);
  const most = chance.whole(2, 6);
  const stage = await setStage({
    seed,
    fleet: [...standards(5), ...clusters(3)],
    plan: `targets:
  - { select: { editions: [redis-5.0-standard] }, memoryPerShard: 8GB }
  - { select: { editions: [redis-5.0-cluster] }, memoryPerShard: 8GB, replicas: 2 }
waves: [{ name: first, take: 3 }, { name: rest, take: rest }]
execution: { inFlight: ${most}, patience: 90s, haltWhen: { failed: "> 500% of run", unknown: "> 500% of run" } }`,
    faults: SOME_FAULTS.filter(() => chance.next() < 0.25),
    duration: [1_000, chance.whole(1_000, 100_000)],
    lockTail: [0, chance.whole(0, 30_000)],
  });
  const randomCommand = (): ControlCommand => {
    const of = chance.next();
    if (of < 0.3) return PAUSE;
    if (of < 0.6) return CONTINUE;
    if (of < 0.75) return inFlight(chance.whole(1, most + 1));
    if (of < 0.9) return rate(chance.whole(1, 20));
    return of < 0.95 ? DRAIN : ABORT;
  };
  for (let processes = 1; ; processes++) {
    const dies = processes < 5 && chance.next() < 0.4 ? chance.whole(1, 80) : 0;
    let count = 0;
    const commands = Array.from(
      { length: chance.whole(0, 12) },
      () => [chance.whole(0, 200_000), randomCommand()] as const,
    );
    const run = await stage.run({
      commands: [...commands, [300_000, CONTINUE]],
      diesAt: () => ++count === dies,
      leaves: chance.pick(['nothing', 'half a line', 'everything']),
    });
    holds(stage, run, { refusedByLimit: true });
    expect(run.error).toBeNull();
    expect(run.took).toBeLessThan(24 * 3_600_000);
    const open = run.report.totals['not-run'] + run.report.totals.unknown;
    if (run.end && open === 0 && run.end.because === 'done') return;
    expect(processes, `${JSON.stringify(run.end)} ${JSON.stringify(run.report.totals)}`).toBeLessThan(40);
  }
}

it('starts nothing after a resume until steps in progress fit a lower inFlight', async () => {
  const stage = await setStage({
    fleet: standards(6),
    plan: 'targets: [{ select: { all: true }, memoryPerShard: 8GB, replicas: 2 }]\nexecution: { inFlight: 6 }',
    duration: [20_000, 200_000],
    faults: ['reset-before#1'],
  });
  let accepted = 0;
  const killed = await stage.run({
    diesAt: (moment) => moment.kind === 'durable' && moment.text.includes('"accepted"') && ++accepted === 5,
  });
  expect(killed.died).toBe(true);
  // While Refit resolves the unanswered order, no step holds an in-flight slot yet.
  const run = await stage.run({ commands: [[1_000, { kind: 'set', setting: 'inFlight', value: 2 }]] });
  expect(run.report.totals.verified).toBe(12);
  const inProgress = new Set<string>();
  let isSet = false;
  for (const entry of run.entries) {
    if (entry.kind === 'control-command' && entry.accepted) isSet = true;
    const isOver =
      entry.kind === 'resolved'
        ? !entry.executed
        : ['step-ended', 'refused', 'not-sent'].includes(entry.kind);
    if ('step' in entry && isOver) inProgress.delete(entry.step);
    if (entry.kind !== 'intent') continue;
    inProgress.add(entry.step);
    if (isSet) expect(inProgress.size, entry.step).toBeLessThanOrEqual(2);
  }
  expect(isSet).toBe(true);
});
