/** Three nights of a run whose workers rest: `whenToWake` alone decides when the next process starts. */
import { describe, expect, it } from 'vitest';
import type { ControlCommand, JournalEntry } from '../../src/model.ts';
import { type Wake, whenToWake } from '../../src/run/decide/when-to-wake.ts';
import type { GatePorts } from '../../src/run/engine/run.ts';
import { approversFile, file } from '../approval/people.ts';
import { ALL_TO_8GB, standards } from './fleets.ts';
import { holds } from './holds.ts';
import { type ProcessOptions, type Run, type Stage, setStage } from './stage.ts';
import { clockOf, passUntil } from './wall-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WORKER: ProcessOptions = { rests: MINUTE, unattended: true };

const PLAN = `
${ALL_TO_8GB}
approvals: { need: 1, from: approvers.yaml }
windows: { timezone: Asia/Shanghai, allow: ["Tue-Fri 01:00-02:20"], lastStart: 10m }
waves:
  - { name: canary, take: 2, soak: 23h, gate: { command: [./check] } }
  - { name: half, take: 20, soak: 30m, approval: { within: 20h } }
  - { name: rest, take: rest }
execution: { inFlight: 4 }
`;

/** The first judgement is inconclusive. */
function gates(): GatePorts {
  let calls = 0;
  return { runCommand: async () => ({ kind: 'ended', exitCode: calls++ === 0 ? 75 : 0, lastLine: '' }) };
}

/** Milliseconds in which each process lived without any step in flight, the longest first. */
function heldWaiting(entries: readonly JournalEntry[]): number[] {
  const held: number[] = [];
  const inFlight = new Set<string>();
  let before: JournalEntry | null = null;
  for (const entry of entries) {
    if (entry.kind === 'run-started') held.push(0);
    else if (inFlight.size === 0) held[held.length - 1]! += Date.parse(entry.at) - Date.parse(before!.at);
    if (entry.kind === 'accepted' || entry.kind === 'began') inFlight.add(entry.step);
    if (entry.kind === 'step-ended' || entry.kind === 'deferred') inFlight.delete(entry.step);
    before = entry;
  }
  return held.sort((a, b) => b - a);
}

interface Person {
  /** What a person does at an event. @returns the commands that they send. */
  onEvent(event: Extract<Wake, { kind: 'on' }>['event'], stage: Stage): Promise<readonly ControlCommand[]>;
}

/** Starts a process whenever `whenToWake` says so, until the run is finished. */
async function carryOut(
  stage: Stage,
  person: Person,
  each: (n: number) => ProcessOptions = () => ({}),
): Promise<{ readonly runs: readonly Run[]; readonly course: readonly string[] }> {
  const runs: Run[] = [];
  const course: string[] = [];
  let asked: readonly ControlCommand[] = [];
  for (let n = 0; n < 60; n++) {
    const run = await stage.run({ ...WORKER, asked, ...each(n) });
    holds(stage, run, { deferred: 100 });
    runs.push(run);
    asked = [];
    const wake = whenToWake({ saved: stage.saved, state: run.state, now: stage.clock.now() });
    course.push(`${clockOf(stage.clock.now()).slice(0, 12)} ${wake.kind === 'on' ? wake.event : wake.kind}`);
    if (wake.kind === 'finished') return { runs, course };
    if (wake.kind === 'at') await stage.pass(Math.max(0, Date.parse(wake.at) - stage.clock.now()));
    if (wake.kind === 'now') await stage.pass(15_000);
    if (wake.kind === 'on') asked = await person.onEvent(wake.event, stage);
  }
  throw new Error(`the run does not end: ${course.join(', ')}`);
}

const PEOPLE: Person = {
  async onEvent(event, stage) {
    await stage.pass(2 * HOUR);
    if (event === 'control') return [{ kind: 'continue' }];
    if (event !== 'approval') throw new Error(`a person is needed: ${event}`);
    const text = file('wei', { wave: 'half', expires: 100 * HOUR }, stage.saved, stage.clock.now());
    stage.offered.push({ file: 'saved.json.approval-wei.half.json', text });
    return [];
  },
};

const stageOf = () =>
  setStage({
    fleet: standards(60),
    plan: PLAN,
    approvers: approversFile(['wei', 'jun']),
    duration: [3 * MINUTE, 5 * MINUTE],
    gates: gates(),
  });

function finished(stage: Stage, runs: readonly Run[]): void {
  const last = runs.at(-1)!;
  expect(last.end).toEqual({ because: 'done', exitCode: 0 });
  expect(Object.values(last.counts.orders)).toEqual(Array(60).fill(1));
  const times = stage.cloud.arrivals.map(({ at }) => clockOf(at).slice(7));
  expect(times.filter((time) => time < '01:00:00' || time >= '02:10:00')).toEqual([]);
}

describe('a run over three nights', () => {
  it('needs a process only while something happens', async () => {
    const stage = await stageOf();
    await passUntil(stage, '2026-01-06T01:00:00');
    const { runs, course } = await carryOut(stage, PEOPLE);
    finished(stage, runs);
    expect(course).toMatchInlineSnapshot(`
      [
        "Tue 06 01:05 at",
        "Wed 07 00:04 at",
        "Wed 07 01:01 control",
        "Wed 07 03:01 at",
        "Thu 08 01:01 approval",
        "Thu 08 03:01 at",
        "Fri 09 01:22 at",
        "Fri 09 02:13 at",
        "Tue 13 01:18 finished",
      ]
    `);
    const held = heldWaiting(runs.at(-1)!.entries);
    expect(held[0]! / MINUTE).toBeLessThan(2);
    expect(held.reduce((a, b) => a + b, 0)).toBeLessThan(15 * MINUTE);
    // The soak counts from the end of the wave, also while no process runs.
    const entries = runs.at(-1)!.entries;
    const wave = (kind: string, name: string) =>
      Date.parse(entries.find((one) => one.kind === kind && 'name' in one && one.name === name)!.at);
    expect(wave('gate', 'canary') - wave('wave-ended', 'canary')).toBeGreaterThanOrEqual(23 * HOUR);
    expect(wave('wave-started', 'rest') - wave('wave-ended', 'half')).toBeGreaterThanOrEqual(30 * MINUTE);
    expect(entries.filter(({ kind }) => kind === 'gate')).toHaveLength(1);
  });

  it('survives a kill of every second process, at any entry', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const stage = await stageOf();
      await passUntil(stage, '2026-01-06T01:00:00');
      let left = 7 * seed;
      const { runs } = await carryOut(stage, PEOPLE, (n) =>
        n % 2 === 0
          ? {
              leaves: (['nothing', 'half a line', 'everything'] as const)[(n / 2) % 3]!,
              diesAt: ({ kind }) => {
                if (kind !== 'durable' && kind !== 'writing') return false;
                left -= 1;
                if (left > 0) return false;
                left = 5 + ((n * seed) % 40);
                return true;
              },
            }
          : {},
      );
      expect(
        runs.some(({ died }) => died),
        `seed ${seed}`,
      ).toBe(true);
      finished(stage, runs);
    }
  });
});
