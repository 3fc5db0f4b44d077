/** A run that only waits ends its process, and the next one continues it, in virtual time against the simulated provider. */
import { describe, expect, it } from 'vitest';
import { validateReport } from '../../src/generated/validators.js';
import { textOf } from '../../src/messages/messages.ts';
import type { ControlCommand, EntryOf } from '../../src/model.ts';
import type { GatePorts } from '../../src/run/engine/run.ts';
import { approversFile, file } from '../approval/people.ts';
import { A, ALL_TO_8GB, standards } from './fleets.ts';
import { holds } from './holds.ts';
import { type ProcessOptions, type Run, type Stage, setStage } from './stage.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The process of a worker. It rests after a minute. */
const WORKER: ProcessOptions = { rests: MINUTE, unattended: true };
/** How long such a process may live while the run only waits: it looks four times a minute. */
const AT_MOST = MINUTE + 20_000;
const CONTINUE: ControlCommand = { kind: 'continue' };
const SHORT = [20_000, 30_000] as const;

const CANARY = 'waves: [{ name: canary, take: 1, soak: 30m }, { name: rest, take: rest }]';
const SOAKING = { fleet: standards(4), plan: `${ALL_TO_8GB}\n${CANARY}`, duration: SHORT };

const rests = ({ entries }: Run): EntryOf<'rested'>[] =>
  entries.flatMap((entry) => (entry.kind === 'rested' ? [entry] : []));
const at = (run: Run, kind: string): number[] =>
  run.entries.filter((entry) => entry.kind === kind).map((entry) => Date.parse(entry.at));
const orders = (run: Run) => run.entries.filter(({ kind }) => kind === 'accepted').length;

/** Passes the time until the rest is over. */
async function wake(stage: Stage, run: Run): Promise<void> {
  const { resting } = run.state;
  if (resting === null) throw new Error('the run does not rest');
  await stage.pass(Math.max(0, Date.parse(resting.until) - stage.clock.now()));
}

/** Starts processes of a worker, each at the time of the rest before, until the run ends. */
async function throughRests(stage: Stage, each: (n: number) => ProcessOptions = () => ({})): Promise<Run[]> {
  const runs: Run[] = [];
  for (let n = 0; n < 50; n++) {
    const run = await stage.run({ ...WORKER, ...each(n) });
    holds(stage, run, { deferred: 100 });
    runs.push(run);
    if (run.state.resting === null) return runs;
    expect(run.end).toBeNull();
    await wake(stage, run);
  }
  throw new Error('the run does not end');
}

describe('a soak', () => {
  it('gives the process back after a minute, and counts on while none runs', async () => {
    const stage = await setStage(SOAKING);
    const first = await stage.run(WORKER);
    expect(first.end).toBeNull();
    const [waveEnded] = at(first, 'wave-ended');
    expect(rests(first)).toMatchObject([{ wakesOn: 'time' }]);
    expect(textOf(rests(first)[0]!.reason)).toBe('the soak after wave canary');
    expect(Date.parse(first.state.resting!.until)).toBe(waveEnded! + 30 * MINUTE);
    expect(first.report.run.resting?.reason).toBe('the soak after wave canary');
    expect(validateReport(JSON.parse(JSON.stringify(first.report)))).toBe(true);
    expect(stage.clock.now() - waveEnded!).toBeLessThan(AT_MOST);
    await wake(stage, first);
    const second = await stage.run(WORKER);
    holds(stage, second);
    expect(second.end).toEqual({ because: 'done', exitCode: 0 });
    const soaked = at(second, 'intent')[1]! - waveEnded!;
    expect(soaked).toBeGreaterThanOrEqual(30 * MINUTE);
    expect(soaked).toBeLessThan(31 * MINUTE);
    expect(second.report.run.waits).toMatchObject([
      { for: 'no-process', reason: 'rested: the soak after wave canary' },
      { for: 'soak' },
    ]);
  });

  it('is not interrupted without the port', async () => {
    const stage = await setStage(SOAKING);
    const run = await stage.run({ unattended: true });
    expect([run.end, rests(run)]).toEqual([{ because: 'done', exitCode: 0 }, []]);
  });

  it('rests again if somebody starts a process too early', async () => {
    const stage = await setStage(SOAKING);
    const first = await stage.run(WORKER);
    const again = await stage.run(WORKER);
    expect(again.state.resting).toEqual(first.state.resting);
    expect(again.took).toBeLessThan(AT_MOST);
    expect(orders(again)).toBe(1);
  });

  it('does not rest if it is over within another minute', async () => {
    const plan = `${ALL_TO_8GB}\n${CANARY.replace('30m', '2m')}`;
    const stage = await setStage({ ...SOAKING, plan });
    expect((await stage.run(WORKER)).end).toEqual({ because: 'done', exitCode: 0 });
  });

  it('wakes at finishBy, if that comes first, and ends there', async () => {
    const { clock } = await setStage(SOAKING);
    const finishBy = new Date(clock.now() + 10 * MINUTE).toISOString();
    const stage = await setStage({ ...SOAKING, plan: `${SOAKING.plan}\nfinishBy: ${finishBy}` });
    const [first, second] = await throughRests(stage);
    expect(first!.state.resting!.until).toBe(finishBy);
    expect(second!.end).toEqual({ because: 'finish-by', exitCode: 8 });
  });

  it.each([
    ['before the rest', (text: string) => text.includes('"wave-ended"'), 'everything'],
    ['while it writes the rest', (text: string) => text.includes('"rested"'), 'nothing'],
    ['with half of the rest on disk', (text: string) => text.includes('"rested"'), 'half a line'],
    ['after the rest', (text: string) => text.includes('"rested"'), 'everything'],
  ] as const)('survives a kill %s', async (_, hasText, leaves) => {
    const stage = await setStage(SOAKING);
    const kind = leaves === 'everything' ? 'durable' : 'writing';
    const dead = await stage.run({
      ...WORKER,
      leaves,
      diesAt: (moment) => moment.kind === kind && 'text' in moment && hasText(moment.text),
    });
    expect(dead.died).toBe(true);
    const runs = await throughRests(stage);
    const last = runs.at(-1)!;
    expect(last.end).toEqual({ because: 'done', exitCode: 0 });
    const soaked = at(last, 'intent')[1]! - at(last, 'wave-ended')[0]!;
    expect(soaked).toBeGreaterThanOrEqual(30 * MINUTE);
    expect(soaked).toBeLessThan(32 * MINUTE);
  });
});

describe('a pause', () => {
  const PAUSED = { fleet: standards(6), plan: `${ALL_TO_8GB}\nexecution: { inFlight: 2 }`, duration: SHORT };
  const pauseAt = (ms: number): ProcessOptions => ({ ...WORKER, commands: [[ms, { kind: 'pause' }]] });

  it('rests once nothing is in flight, and stays until an operator continues the run', async () => {
    const stage = await setStage(PAUSED);
    const first = await stage.run(pauseAt(5_000));
    holds(stage, first);
    expect(first.state.resting).toMatchObject({ wakesOn: 'control' });
    expect(textOf(first.state.resting!.reason)).toMatch(
      /^paused since .* by oncall@there; refit continue RUN/,
    );
    expect([...first.state.steps.values()].filter(({ phase }) => phase === 'following')).toEqual([]);
    const before = orders(first);

    // A process without the command, of a worker or of a person, orders nothing.
    await stage.pass(HOUR);
    for (const options of [WORKER, { rests: MINUTE }]) {
      const still = await stage.run({ ...options, statusEvery: 10_000 });
      holds(stage, still);
      expect([orders(still), still.state.control.paused?.by]).toEqual([before, 'oncall@there']);
      expect(still.statuses.every(({ paused }) => paused?.by === 'oncall@there')).toBe(true);
      expect(still.state.resting).toEqual(first.state.resting);
    }

    const last = await stage.run({ ...WORKER, asked: [CONTINUE] });
    holds(stage, last);
    expect(last.answers).toMatchObject([{ accepted: true, messageId: 'control.continued' }]);
    expect(last.end).toEqual({ because: 'done', exitCode: 0 });
    const commands = last.entries.filter(({ kind }) => kind === 'control-command');
    expect(commands).toMatchObject([{ command: 'pause' }, { command: 'continue', by: { user: 'oncall' } }]);
  });

  it('drains the run a day after it started, not a day after the last process', async () => {
    const stage = await setStage(PAUSED);
    const runs = await throughRests(stage, (n) => (n === 0 ? pauseAt(5_000) : {}));
    expect(runs.map(({ end }) => end)).toEqual([null, { because: 'drained', exitCode: 143 }]);
    const [pausedAt] = at(runs[1]!, 'control-command');
    expect(at(runs[1]!, 'run-ended')[0]! - pausedAt!).toBeLessThan(24 * HOUR + MINUTE);
    // A person who applies the ended run continues it.
    expect((await stage.run()).end).toEqual({ because: 'done', exitCode: 0 });
  });

  it('keeps what operators set over a rest', async () => {
    const stage = await setStage({ ...SOAKING, plan: `${SOAKING.plan}\nexecution: { inFlight: 3 }` });
    const set: ControlCommand = { kind: 'set', setting: 'inFlight', value: 1 };
    const runs = await throughRests(stage, (n) => (n === 0 ? { commands: [[5_000, set]] } : {}));
    const last = runs.at(-1)!;
    expect(last.state.control.inFlight).toBe(1);
    expect(last.end).toEqual({ because: 'done', exitCode: 0 });
  });

  it.each(['drain', 'abort'] as const)('answers %s that was sent while the run rested', async (kind) => {
    const stage = await setStage(PAUSED);
    const first = await stage.run(pauseAt(5_000));
    const second = await stage.run({ ...WORKER, asked: [{ kind }] });
    expect(second.answers).toMatchObject([{ accepted: true }]);
    expect(orders(second)).toBe(orders(first));
    expect(second.state.endedBecause).toBe(kind === 'drain' ? 'drained' : null);
    expect(second.state.stopCommanded).toBe(true);
  });

  it('outlives the death of a process that no person replaces, and not one that a person does', async () => {
    for (const [next, paused] of [
      [WORKER, 'oncall@there'],
      [{}, undefined],
    ] as const) {
      const stage = await setStage(PAUSED);
      const dead = await stage.run({
        ...pauseAt(5_000),
        diesAt: (moment) => moment.kind === 'durable' && moment.text.includes('"command":"pause"'),
        leaves: 'everything',
      });
      expect(dead.died).toBe(true);
      const run = await stage.run({ ...next });
      holds(stage, run);
      expect(run.state.control.paused?.by).toBe(paused);
      expect(run.end === null).toBe(paused !== undefined);
    }
  });
});

describe('a stop', () => {
  it.each([
    ['a halt', 'halted', 4],
    ['a drain', 'drained', 143],
  ] as const)('%s outlives the death of a process that no person replaces', async (_, because, exitCode) => {
    const halts = because === 'halted';
    const stage = await setStage({
      fleet: standards(12),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 3, haltWhen: { failed: "> 0" } }`,
      duration: SHORT,
      faults: halts ? [`no-permission=${A(6)}#1`] : [],
    });
    const dead = await stage.run({
      ...WORKER,
      ...(halts ? {} : { commands: [[8_000, { kind: 'drain' }]] }),
      diesAt: (moment) => moment.kind === 'durable' && moment.text.includes('"stopping"'),
      leaves: 'everything',
    });
    expect(dead.died).toBe(true);
    const intents = at(dead, 'intent').length;
    const run = await stage.run(WORKER);
    holds(stage, run);
    expect(run.end).toEqual({ because, exitCode });
    expect(at(run, 'intent')).toHaveLength(intents);
    expect(run.report.totals.unknown).toBe(0);
    // A person continues it.
    const later = await stage.run();
    expect(later.report.totals.verified).toBe(12);
  });
});

describe('a gate that pauses the run', () => {
  const answers = (...codes: readonly number[]): GatePorts => {
    let calls = 0;
    return {
      runCommand: async () => ({
        kind: 'ended',
        exitCode: codes[Math.min(calls++, codes.length - 1)]!,
        lastLine: '',
      }),
    };
  };
  const story = (...codes: readonly number[]) => ({
    fleet: standards(4),
    plan: `${ALL_TO_8GB}\nwaves: [{ name: canary, take: 1, gate: { command: [./check] } }, { name: rest, take: rest }]`,
    duration: SHORT,
    gates: answers(...codes),
  });
  const judged = (run: Run) => run.entries.flatMap((one) => (one.kind === 'gate' ? [one.next] : []));

  it('rests, is not judged again, and the next wave starts after continue', async () => {
    const stage = await setStage(story(75, 1));
    const first = await stage.run(WORKER);
    expect(rests(first)).toMatchObject([{ wakesOn: 'control' }]);
    await stage.pass(3 * HOUR);
    const still = await stage.run(WORKER);
    expect([judged(still), orders(still)]).toEqual([['pause'], 1]);
    const last = await stage.run({ ...WORKER, asked: [CONTINUE] });
    holds(stage, last);
    expect([last.end, judged(last)]).toEqual([{ because: 'done', exitCode: 0 }, ['pause']]);
  });

  it.each(['"gate"', '"rested"'])('stays paused if a worker dies after %s', async (text) => {
    const stage = await setStage(story(75, 75, 1));
    const dead = await stage.run({
      ...WORKER,
      diesAt: (moment) => moment.kind === 'durable' && moment.text.includes(`"kind":${text}`),
      leaves: 'everything',
    });
    expect(dead.died).toBe(true);
    const still = await stage.run(WORKER);
    expect([still.state.control.paused?.by, orders(still)]).toEqual(['the gate after wave canary', 1]);
    const last = await stage.run({ ...WORKER, asked: [CONTINUE] });
    expect(last.end).toEqual({ because: 'done', exitCode: 0 });
  });

  it('is judged again once the run ended, as without rests', async () => {
    const stage = await setStage(story(75, 0));
    const runs = await throughRests(stage);
    expect(runs.at(-1)!.end).toEqual({ because: 'drained', exitCode: 143 });
    const last = await stage.run(WORKER);
    expect([last.end, judged(last)]).toEqual([{ because: 'done', exitCode: 0 }, ['pause', 'go-on']]);
  });
});

describe('a gate that judges a metric over a day', () => {
  const story = {
    fleet: standards(4, { usedTotal: 2_000 }),
    plan: `${ALL_TO_8GB}\nwaves: [{ name: canary, take: 1, gate: { failed: "> 0", metric: { name: MemUtil, fails: "> 90", over: 24h } } }, { name: rest, take: rest }]`,
    duration: SHORT,
  };

  it('gives the process back meanwhile, and repeats no judgement', async () => {
    const stage = await setStage(story);
    const [first, last, ...more] = await throughRests(stage);
    expect(more).toEqual([]);
    expect(first!.took).toBeLessThan(4 * MINUTE);
    expect(last!.took).toBeLessThan(10 * MINUTE);
    expect(textOf(rests(first!)[0]!.reason)).toContain('MemUtil');
    expect(last!.end).toEqual({ because: 'done', exitCode: 0 });
    const gates = last!.entries.flatMap((one) => (one.kind === 'gate' ? [one] : []));
    expect(gates.map(({ judge }) => judge)).toEqual(['failed', 'metric']);
    const period = Date.parse(gates[1]!.at) - at(last!, 'wave-ended')[0]!;
    expect(period).toBeGreaterThanOrEqual(24 * HOUR);
    expect(period).toBeLessThan(24 * HOUR + MINUTE);
  });
});

describe('a wave that waits for its approval', () => {
  const story = {
    fleet: standards(3),
    plan: `${ALL_TO_8GB}\napprovals: { need: 1, from: approvers.yaml }\nwaves: [{ name: canary, take: 1, gate: { failed: "> 0" } }, { name: rest, take: rest, approval: { within: 6h } }]`,
    approvers: approversFile(['wei', 'jun']),
    duration: SHORT,
  };

  it('rests until then or until it is approved, and judges no gate again', async () => {
    const stage = await setStage(story);
    const first = await stage.run(WORKER);
    expect(rests(first)).toMatchObject([{ wakesOn: 'approval' }]);
    const until = Date.parse(first.state.resting!.until);
    expect(until - at(first, 'approval-awaited')[0]!).toBe(6 * HOUR);
    await stage.pass(2 * HOUR);
    const text = file('wei', { wave: 'rest', expires: 24 * HOUR }, stage.saved, stage.clock.now());
    stage.offered.push({ file: 'saved.json.approval-wei.rest.json', text });
    const last = await stage.run(WORKER);
    holds(stage, last);
    expect(last.end).toEqual({ because: 'done', exitCode: 0 });
    expect(at(last, 'gate')).toHaveLength(1);
    expect(at(last, 'approval-awaited')).toHaveLength(1);
  });

  it('ends not approved when its time is over', async () => {
    const stage = await setStage(story);
    const runs = await throughRests(stage);
    expect(runs.map(({ end }) => end?.because)).toEqual([undefined, 'not-approved']);
    expect(orders(runs[1]!)).toBe(1);
  });
});

describe('changes that wait for their maintenance windows', () => {
  // The stories start at 10:00 in Beijing.
  const IN_WINDOW = 'execution: { switch: maintenance-window, inFlight: 5 }';
  const plan = `targets: [{ select: { all: true }, memoryPerShard: 8GB }]\n${IN_WINDOW}`;

  it('rest until shortly before the window, and are followed from its opening', async () => {
    const stage = await setStage({ fleet: standards(30), plan });
    const [first, second] = await throughRests(stage);
    expect(first!.took).toBeLessThan(10 * MINUTE);
    expect(textOf(rests(first!)[0]!.reason)).toContain('maintenance windows');
    // It opens at 03:00 in Beijing.
    expect(first!.state.resting!.until).toBe('2026-01-05T18:58:00.000Z');
    expect(second!.end).toEqual({ because: 'done', exitCode: 0 });
    expect(second!.report.totals.verified).toBe(30);
    expect(second!.took).toBeLessThan(30 * MINUTE);
    expect(second!.report.steps.every(({ warning }) => warning === undefined)).toBe(true);
  });

  it('of several windows wake once for each', async () => {
    const fleet = ['11:30-12:30', '16:00-17:00', '22:30-23:30'].flatMap((window, n) =>
      standards(2 * (n + 1), { window }).slice(2 * n),
    );
    const stage = await setStage({ fleet, plan });
    const runs = await throughRests(stage);
    expect(runs.map(({ state }) => state.resting?.until.slice(11, 16))).toEqual([
      '03:28',
      '07:58',
      '14:28',
      undefined,
    ]);
    const last = runs.at(-1)!;
    expect(last.report.totals.verified).toBe(6);
    for (const { took } of runs) expect(took).toBeLessThan(30 * MINUTE);
  });

  it('show a change that the provider started too early, although no process saw it', async () => {
    const stage = await setStage({
      fleet: standards(2),
      plan,
      afterPlanning: (world) => {
        // The provider starts the first change in the evening, hours before its window.
        const { agenda } = world;
        const add = agenda.add.bind(agenda);
        let isEarly = false;
        (agenda as { add: typeof add }).add = (due, happen) => {
          const moves = !isEarly && due - world.startedAt > 10 * HOUR;
          isEarly ||= moves;
          add(moves ? due - 8 * HOUR : due, happen);
        };
      },
    });
    const last = (await throughRests(stage)).at(-1)!;
    expect(last.report.totals.verified).toBe(2);
    expect(last.report.steps.map(({ warning }) => warning)).toEqual([
      'executed outside its window 03:00-06:00 Beijing time',
      undefined,
    ]);
  });

  it.each(['"deferred"', '"rested"'])('survive a kill after %s', async (text) => {
    const stage = await setStage({ fleet: standards(3), plan });
    const dead = await stage.run({
      ...WORKER,
      diesAt: (moment) => moment.kind === 'durable' && moment.text.includes(`"kind":${text}`),
      leaves: 'everything',
    });
    expect(dead.died).toBe(true);
    const runs = await throughRests(stage);
    expect(runs.at(-1)!.report.totals.verified).toBe(3);
  });

  it('rest while the run is halted, and the halt stays', async () => {
    const stage = await setStage({
      fleet: standards(6),
      plan: `targets: [{ select: { all: true }, memoryPerShard: 8GB }]\nexecution: { switch: maintenance-window, inFlight: 2 }`,
      faults: [`no-permission=${A(5)}#1`],
    });
    const runs = await throughRests(stage);
    expect(runs.map(({ end }) => end)).toEqual([null, { because: 'halted', exitCode: 4 }]);
    expect(at(runs[1]!, 'intent')).toHaveLength(at(runs[0]!, 'intent').length);
    expect(runs[1]!.report.totals.verified).toBeGreaterThan(1);
  });
});

describe('a process that hands its run over', () => {
  it('follows orders in flight to their end, and the next process keeps the pause and goes on', async () => {
    const stage = await setStage({
      fleet: standards(8),
      plan: `${ALL_TO_8GB}\nexecution: { inFlight: 2 }`,
      duration: SHORT,
    });
    const first = await stage.run({ ...WORKER, drainAfter: 10_000, handsOver: true });
    holds(stage, first);
    expect([first.end, first.state.resting?.wakesOn]).toEqual([null, 'time']);
    expect(Date.parse(first.state.resting!.until)).toBeLessThanOrEqual(stage.clock.now());
    expect([...first.state.steps.values()].some(({ phase }) => phase === 'following')).toBe(false);
    expect(at(first, 'stopping')).toEqual([]);
    const last = await stage.run(WORKER);
    holds(stage, last);
    expect(last.end).toEqual({ because: 'done', exitCode: 0 });
  });

  it('ends the run if nothing is left to do', async () => {
    const stage = await setStage({ fleet: standards(1), plan: ALL_TO_8GB, duration: SHORT });
    const run = await stage.run({ ...WORKER, drainAfter: 10_000, handsOver: true });
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
  });
});

describe('reading a run that rests', () => {
  it('by a reconcile keeps the rest and the pause', async () => {
    const plan = `${ALL_TO_8GB}\nexecution: { inFlight: 1 }`;
    const stage = await setStage({ fleet: standards(4), plan, duration: SHORT });
    const first = await stage.run({ ...WORKER, commands: [[1_000, { kind: 'pause' }]] });
    const read = await stage.run({ reconciles: true });
    expect(read.state.resting).toEqual(first.state.resting);
    const still = await stage.run(WORKER);
    expect(still.state.control.paused?.by).toBe('oncall@there');
    expect(orders(still)).toBe(orders(first));
  });
});
