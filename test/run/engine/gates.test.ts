/** Gates after waves and their effect on the run, in virtual time against the simulated provider. */
import { describe, expect, it } from 'vitest';
import { message, textOf } from '../../../src/messages/messages.ts';
import type { ControlCommand, JournalEntry } from '../../../src/model.ts';
import type { CommandEnd } from '../../../src/run/decide/judge-gate.ts';
import type { GatePorts } from '../../../src/run/engine/run.ts';
import { A, ALL_TO_8GB, standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { type Run, type StageOptions, setStage } from '../stage.ts';

const MINUTE = 60_000;
const CONTINUE: ControlCommand = { kind: 'continue' };

/** Four instances with 2,000 MB of data each. The first is the canary, with this gate after it. */
function story(gate: string, more: Partial<StageOptions> = {}): StageOptions {
  return {
    fleet: standards(4, { usedTotal: 2_000 }),
    plan: `${ALL_TO_8GB}\nwaves: [{ name: canary, take: 1, gate: ${gate} }, { name: rest, take: rest }]`,
    duration: [20_000, 30_000],
    ...more,
  };
}

const gates = (run: Run) =>
  run.entries.flatMap((entry) =>
    entry.kind === 'gate' ? [entry] : ([] as Extract<JournalEntry, { kind: 'gate' }>[]),
  );
const judgements = (run: Run) => gates(run).map(({ judge, outcome, next }) => `${judge} ${outcome} ${next}`);
const orders = (run: Run) => run.entries.filter(({ kind }) => kind === 'accepted').length;
const answers = (...ends: readonly (CommandEnd | number)[]): GatePorts => {
  let calls = 0;
  return {
    runCommand: async () => {
      const end = ends[Math.min(calls++, ends.length - 1)]!;
      return typeof end === 'number' ? { kind: 'ended', exitCode: end, lastLine: '' } : end;
    },
  };
};

describe('a gate that succeeds', () => {
  it('lets the next wave start, and the journal and report show each judgement', async () => {
    const gate =
      '{ failed: "> 0", unknown: "> 0", duration: "> 15m", metric: { name: MemUtil, fails: "> 90" } }';
    const stage = await setStage(story(gate));
    const run = await stage.run();
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(judgements(run)).toEqual(
      ['failed', 'unknown', 'duration', 'metric'].map((judge) => `${judge} success go-on`),
    );
    // 2,000 MB of 8,192. Values from before the resize do not count, so the gate waits five minutes.
    expect(textOf(gates(run)[3]!.message)).toBe('MemUtil of 1 instance is 24.41 at the worst, fails at > 90');
    const ended = run.entries.find(({ kind }) => kind === 'wave-ended')!;
    const waited = Date.parse(gates(run)[3]!.at) - Date.parse(ended.at);
    expect(waited).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(waited).toBeLessThan(6 * MINUTE);
    expect(run.report.waves[0]!.gate!.map(({ judge }) => judge)).toEqual([
      'failed',
      'unknown',
      'duration',
      'metric',
    ]);
    expect('gate' in run.report.waves[1]!).toBe(false);
    const kinds = run.entries.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('gate')).toBeLessThan(kinds.lastIndexOf('wave-started'));
    expect(kinds.indexOf('gate')).toBeGreaterThan(kinds.indexOf('wave-ended'));
  });

  it('is judged after the soak', async () => {
    const stage = await setStage(
      story('{ failed: "> 0" }', {
        plan: `${ALL_TO_8GB}\nwaves: [{ name: all, take: rest, soak: 30m, gate: { failed: "> 0" } }]`,
      }),
    );
    const run = await stage.run();
    const ended = run.entries.find(({ kind }) => kind === 'wave-ended')!;
    expect(Date.parse(gates(run)[0]!.at) - Date.parse(ended.at)).toBeGreaterThanOrEqual(30 * MINUTE);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
  });
});

describe('a gate that fails', () => {
  it('halts the run with 4; a resumed run repeats a check whose result can change', async () => {
    const stage = await setStage(story('{ command: [./check] }', { gates: answers(1, 1, 0) }));
    const first = await stage.run();
    expect(first.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(judgements(first)).toEqual(['command failure halt']);
    expect(orders(first)).toBe(1);
    expect(first.report.run.message).toContain(
      'the gate after wave canary failed: command failure, exit 1 (fix: ',
    );
    expect((await stage.run()).end).toEqual({ because: 'halted', exitCode: 4 });
    const third = await stage.run();
    holds(stage, third);
    expect(third.end).toEqual({ because: 'done', exitCode: 0 });
    expect(judgements(third)).toEqual([
      'command failure halt',
      'command failure halt',
      'command success go-on',
    ]);
  });

  it.each([
    ['failed steps', '{ failed: "> 0" }', [`failed-task=${A(1)}`]],
    ['how long it took', '{ duration: "> 1s" }', []],
  ])('halts once on a result that cannot change (%s); resuming acknowledges it', async (_, gate, faults) => {
    const stage = await setStage(story(gate, { faults }));
    const first = await stage.run();
    expect(first.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(orders(first)).toBe(1);
    const second = await stage.run();
    expect(second.end!.because).toBe('done');
    expect(gates(second)).toHaveLength(1);
    expect(orders(second)).toBe(4);
  });

  it('is judged again and halts if the process dies before the halt', async () => {
    const stage = await setStage(story('{ duration: "> 1s" }'));
    const dead = await stage.run({
      diesAt: (one) => one.kind === 'durable' && one.text.includes('"kind":"gate"'),
      leaves: 'everything',
    });
    expect(dead.died).toBe(true);
    const run = await stage.run();
    expect(run.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(orders(run)).toBe(1);
  });

  it('names the instance whose metric fails', async () => {
    const stage = await setStage(story('{ metric: { name: MemUsed, fails: ">= 2000", over: 2m } }'));
    const run = await stage.run();
    expect(run.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(textOf(gates(run)[0]!.message)).toBe(`MemUsed of ${A(1)} is 2000, fails at >= 2000`);
  });

  it('halts after the last wave too', async () => {
    const stage = await setStage(
      story('', {
        plan: `${ALL_TO_8GB}\nwaves: [{ name: all, take: rest, gate: { command: [./check] } }]`,
        gates: answers(1),
      }),
    );
    const run = await stage.run();
    expect(run.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(run.report.totals.verified).toBe(4);
  });
});

describe('an inconclusive gate', () => {
  const SILENT: CommandEnd = { kind: 'no-end', reason: message('command.late', { limit: 60_000 }) };

  it('pauses the run until an operator continues it, and then the next wave starts', async () => {
    const stage = await setStage(story('{ command: [./check] }', { gates: answers(SILENT) }));
    const run = await stage.run({ commands: [[60 * MINUTE, CONTINUE]], statusEvery: MINUTE });
    holds(stage, run);
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(judgements(run)).toEqual(['command inconclusive pause']);
    expect(run.answers).toEqual([
      {
        accepted: true,
        message: expect.stringMatching(/^continued: the run was paused since/),
        messageId: 'control.continued',
        params: { since: expect.any(String) },
      },
    ]);
    const second = run.entries.filter(({ kind }) => kind === 'intent')[1]!;
    expect(Date.parse(second.at) - Date.parse(gates(run)[0]!.at)).toBeGreaterThan(50 * MINUTE);
    expect(run.statuses.some(({ paused }) => paused?.by === 'the gate after wave canary')).toBe(true);
  });

  it('drains the run after a day without continue, and a resumed run repeats the check', async () => {
    const stage = await setStage(story('{ command: [./check] }', { gates: answers(SILENT, 0) }));
    const first = await stage.run();
    expect(first.end).toEqual({ because: 'drained', exitCode: 143 });
    expect(first.report.run.message).toContain('paused for 24 hours');
    expect(orders(first)).toBe(1);
    const run = await stage.run();
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(judgements(run)).toEqual(['command inconclusive pause', 'command success go-on']);
  });

  it('is not judged again if an operator continued the run and the process died', async () => {
    const stage = await setStage(story('{ command: [./check] }', { gates: answers(SILENT) }));
    const dead = await stage.run({
      commands: [[30 * MINUTE, CONTINUE]],
      diesAt: (one) => one.kind === 'durable' && one.text.includes('"command":"continue"'),
      leaves: 'everything',
    });
    expect(dead.died).toBe(true);
    const run = await stage.run();
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(gates(run)).toHaveLength(1);
  });

  it('is judged again if the run ends while paused', async () => {
    const stage = await setStage(story('{ command: [./check] }', { gates: answers(SILENT) }));
    const dead = await stage.run({ drainAfter: 30 * MINUTE });
    expect(dead.end!.because).toBe('drained');
    const run = await stage.run({ commands: [[30 * MINUTE, CONTINUE]] });
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(judgements(run)).toEqual(['command inconclusive pause', 'command inconclusive pause']);
  });

  it('halts if the plan says so', async () => {
    const stage = await setStage(
      story('{ command: [./check], onInconclusive: halt }', { gates: answers(SILENT, 0) }),
    );
    expect((await stage.run()).end).toEqual({ because: 'halted', exitCode: 4 });
    expect((await stage.run()).end).toEqual({ because: 'done', exitCode: 0 });
  });

  it('halts the run if the monitor product refuses the read', async () => {
    const stage = await setStage(
      story('{ metric: { name: MemUtil, fails: "> 90" }, onInconclusive: halt }', {
        faults: ['no-cam@GetMonitorData'],
      }),
    );
    const run = await stage.run();
    expect(run.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(judgements(run)).toEqual(['metric inconclusive halt']);
    expect(textOf(gates(run)[0]!.message)).toContain('MemUtil could not be read');
  });

  it('halts the run if a URL does not answer in time, by the clock of the run', async () => {
    const stage = await setStage(
      story('{ url: "https://health.example.com/", timeout: 90s, onInconclusive: halt }', {
        gates: { askUrl: () => new Promise(() => {}) },
      }),
    );
    const run = await stage.run({ statusEvery: 5_000 });
    expect(judgements(run)).toEqual(['url inconclusive halt']);
    const waits = run.statuses.flatMap(({ waits }) => waits.filter(({ name }) => name === 'gate'));
    expect(waits.length).toBeGreaterThan(10);
    expect(waits[0]).toMatchObject({ step: null, limit: 90_000 });
    expect(stage.violations).toEqual([]);
  });

  it('lets the run end after the last wave', async () => {
    const stage = await setStage(
      story('', {
        plan: `${ALL_TO_8GB}\nwaves: [{ name: all, take: rest, gate: { command: [./check] } }]`,
        gates: answers(SILENT),
      }),
    );
    const run = await stage.run();
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(judgements(run)).toEqual(['command inconclusive go-on']);
  });
});

describe('a gate in shadow mode', () => {
  it.each([
    [1, 'failure'],
    [75, 'inconclusive'],
  ])('records a failure without a stop (exit %i)', async (exitCode, outcome) => {
    const stage = await setStage(story('{ command: [./check], shadow: true }', { gates: answers(exitCode) }));
    const run = await stage.run();
    expect(run.end).toEqual({ because: 'done', exitCode: 0 });
    expect(judgements(run)).toEqual([`command ${outcome} go-on`]);
    expect(run.report.waves[0]!.gate).toMatchObject([{ outcome, shadow: true }]);
  });
});

describe('the input of a gate command', () => {
  it('is the wave with the outcome of each step, as JSON', async () => {
    const inputs: string[] = [];
    const runCommand: GatePorts['runCommand'] = async (_, { input }) => {
      inputs.push(input);
      return { kind: 'ended', exitCode: 0, lastLine: '' };
    };
    const stage = await setStage(story('{ command: [./check] }', { gates: { runCommand } }));
    await stage.run();
    expect(inputs).toHaveLength(1);
    expect(JSON.parse(inputs[0]!)).toMatchObject({
      phase: 'gate',
      plan: { name: 'story', digest: stage.saved.digest },
      wave: { index: 0, name: 'canary' },
      steps: [{ instance: A(1), outcome: 'verified' }],
    });
  });
});

describe('thresholds of one wave', () => {
  const faults = [1, 2].map((n) => `failed-task=${A(n)}`);
  const plan = (own: string, run = '"> 9"') =>
    `${ALL_TO_8GB}\nwaves: [{ name: canary, take: 2${own} }, { name: rest, take: rest }]\nexecution: { inFlight: 1, haltWhen: { failed: ${run} } }`;

  it.each([
    ['a count', ', haltWhen: { failed: "> 0" }', 1],
    ['a count that the second step reaches', ', haltWhen: { failed: ">= 2" }', 2],
    ['a percentage of the wave', ', haltWhen: { failed: ">= 50% of wave" }', 1],
  ])('halt the run when reached: %s', async (_, own, ordered) => {
    const stage = await setStage({ fleet: standards(6), plan: plan(own), faults });
    const run = await stage.run();
    expect(run.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(orders(run)).toBe(ordered);
    expect(run.report.run.message).toContain('haltWhen failed of wave canary: ');
  });

  it('do not count failures of another wave', async () => {
    const later = `${ALL_TO_8GB}\nwaves: [{ name: first, take: 2 }, { name: second, take: rest, haltWhen: { failed: "> 0" } }]\nexecution: { haltWhen: { failed: "> 9" } }`;
    const stage = await setStage({ fleet: standards(6), plan: later, faults });
    const run = await stage.run();
    expect(run.end).toEqual({ because: 'done', exitCode: 3 });
    expect(run.report.totals).toMatchObject({ failed: 2, verified: 4 });
  });

  it('do not loosen the thresholds of the run', async () => {
    const stage = await setStage({
      fleet: standards(6),
      plan: plan(', haltWhen: { failed: "> 5" }', '"> 0"'),
      faults,
    });
    const run = await stage.run();
    expect(run.end).toEqual({ because: 'halted', exitCode: 4 });
    expect(orders(run)).toBe(1);
  });
});
