/**
 * Runs whose process is killed at the worst moments, or stopped by a signal. The simulator counts the orders, so "nothing
 * was ordered twice" is what the provider saw.
 */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import type { JournalEntry } from '../../src/model.ts';
import { BRISK, type Desk, desk, growPlan, plainFleet, type Running, until } from './refit.ts';

const APPLY = ['apply', 'saved.json', '--auto-approve', '--run-dir', 'run'];

/** Twelve instances, the first four with two steps each, as a saved plan. */
async function sealed(
  test: TestContext,
  { faults = [], pace = BRISK }: { faults?: readonly string[]; pace?: readonly string[] } = {},
): Promise<Desk> {
  const opened = await desk(test, {
    simulator: [...pace, ...faults.flatMap((fault) => ['--fault', fault])],
    fleet: plainFleet(12),
  });
  const ids = [0, 1, 2, 3].map((n) => `  - { instance: crs-fleet00${n}, region: ap-guangzhou, replicas: 2 }`);
  await opened.write(
    'plan.yaml',
    growPlan(['execution: { inFlight: 6, requestsPerSecond: 20, patience: 2s }']).replace(
      'execution:',
      `${ids.join('\n')}\nexecution:`,
    ),
  );
  const planned = await opened.refit(['plan', 'plan.yaml', '-q', '-o', 'saved.json']);
  expect(planned.code, planned.stdout + planned.stderr).toBe(0);
  return opened;
}

/** The orders of the plan by instance: one for each step. */
const ONE_EACH = Object.fromEntries(
  Array.from({ length: 12 }, (_, n) => [`crs-fleet${String(n).padStart(3, '0')}`, n < 4 ? 2 : 1]),
);

const count = (journal: readonly JournalEntry[], kind: JournalEntry['kind']) =>
  journal.filter((entry) => entry.kind === kind).length;

/** Starts a run and kills it with SIGKILL as soon as its journal matches. */
async function killedWhen(at: Desk, shows: (journal: readonly JournalEntry[]) => boolean): Promise<void> {
  const starts = count(await at.journal(), 'run-started');
  const run = at.start(APPLY);
  await until('the moment to kill', async () => {
    const journal = await at.journal();
    return count(journal, 'run-started') > starts && shows(journal);
  });
  run.kill('SIGKILL');
  expect((await run.ended).code).toBe(null);
}

async function verifiedOnce(at: Desk): Promise<void> {
  const again = await at.refit(APPLY);
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr).toContain('resuming grow-everything');
  const { totals, calls, steps } = await at.report();
  expect(totals).toMatchObject({ verified: 16, unknown: 0, 'not-run': 0 });
  const counts = await at.simulator.counts();
  expect(counts.orders).toEqual(ONE_EACH);
  expect(steps.flatMap(({ orders }) => orders)).toHaveLength(16);
  expect(calls.UpgradeInstance!.count).toBeLessThanOrEqual(counts.actions.UpgradeInstance!.arrivals);
  const audit = await at.refit(['audit', 'verify', 'run']);
  expect(audit.code, audit.stdout).toBe(0);
  expect(audit.stdout).toContain('sound');
}

describe.concurrent('the same apply command after kill -9 verifies every step and orders none twice', () => {
  it('resumes a run that was killed between an order and its answer', async (test) => {
    // Executed immediately and answered late: the provider executes the last order, and the process gets no answer.
    const at = await sealed(test, { faults: ['slow=400ms@UpgradeInstance'] });
    await killedWhen(at, (journal) => count(journal, 'intent') >= 3 && count(journal, 'accepted') < 3);
    const asked = count(await at.journal(), 'intent');
    await verifiedOnce(at);
    const journal = await at.journal();
    expect(count(journal, 'resolved'), `${asked} were asked`).toBeGreaterThan(0);
    expect(journal.filter((entry) => entry.kind === 'run-started').map(({ resumed }) => resumed)).toEqual([
      false,
      true,
    ]);
  });

  it('resumes a run that was killed with accepted orders in flight', async (test) => {
    const at = await sealed(test, {
      pace: ['--start-lag', '50ms', '--duration', '800ms', '--lock-tail', '100ms'],
    });
    await killedWhen(at, (journal) => count(journal, 'accepted') >= 4);
    await verifiedOnce(at);
  });

  it('resumes a run that was killed between two steps of one instance', async (test) => {
    const at = await sealed(test);
    await killedWhen(at, (journal) =>
      journal.some((entry) => entry.kind === 'step-ended' && /crs-fleet00[0-3]/.test(entry.step)),
    );
    await verifiedOnce(at);
  });

  it('resumes a run that was killed three times', async (test) => {
    const at = await sealed(test);
    for (const ended of [1, 4, 9]) await killedWhen(at, (journal) => count(journal, 'step-ended') >= ended);
    await verifiedOnce(at);
    expect((await at.report()).run.starts).toBe(4);
  });

  it('reports, removes and records the incomplete entry of a run that was killed while writing it', async (test) => {
    const at = await sealed(test);
    await killedWhen(at, (journal) => count(journal, 'step-ended') >= 1);
    const file = join(at.folder, 'run', 'journal.jsonl');
    const whole = await at.text('run/journal.jsonl');
    expect(whole.endsWith('\n')).toBe(true);
    await appendFile(file, '{"at":"2026-11-');
    const audit = await at.refit(['audit', 'verify', 'run']);
    expect(audit.code, audit.stdout).toBe(0);
    expect(audit.stdout).toMatch(/warning: .*15 bytes of an incomplete entry/);
    const report = await at.refit(['report', 'run']);
    expect(report.code).toBe(0);
    expect(report.stderr).toContain(
      'the journal ends with an incomplete entry of 15 bytes, which is not in this report',
    );
    const status = await at.refit(['status', 'run']);
    expect(status.stdout).toContain('interrupted: its process is gone');
    expect(status.stdout).toMatch(/next: refit apply .*run\/plan\.json --run-dir .*run/);
    const again = at.start(APPLY);
    const { stderr } = await again.ended;
    expect(stderr).toContain('Refit cut off a torn entry of 15 bytes');
    expect((await at.journal()).some((entry) => entry.kind === 'run-started' && entry.cutOff === 15)).toBe(
      true,
    );
    expect((await at.simulator.counts()).orders).toEqual(ONE_EACH);
  });
});

describe.concurrent('apply and signals', () => {
  const SLOW = ['--start-lag', '50ms', '--duration', '1200ms', '--lock-tail', '50ms'];
  const startedRun = async (at: Desk): Promise<Running> => {
    const run = at.start(APPLY);
    await until('four orders', async () => count(await at.journal(), 'accepted') >= 4);
    return run;
  };

  it.for([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)(
    '%s drains: orders in flight are verified, nothing new is ordered, exit %i',
    async ([signal, code], test) => {
      const at = await sealed(test, { pace: SLOW });
      const run = await startedRun(at);
      run.kill(signal);
      const ended = await run.ended;
      expect(ended.code, ended.stderr).toBe(code);
      expect(ended.stderr).toContain(
        'stopping: Refit orders nothing new and follows orders in flight to their end',
      );
      expect(ended.stderr).toMatch(/next {4}refit apply saved\.json --run-dir run/);
      const { totals, run: recorded } = await at.report();
      expect(recorded.endedBecause).toBe('drained');
      expect(totals.unknown).toBe(0);
      expect(totals['not-run']).toBeGreaterThan(0);
      expect(totals.verified + totals['not-run']).toBe(16);
      expect((await at.refit(['audit', 'verify', 'run'])).code).toBe(0);
      await verifiedOnce(at);
    },
  );

  it('a second signal one second later stops immediately, and the same command resumes', async (test) => {
    const at = await sealed(test, {
      pace: ['--start-lag', '50ms', '--duration', '3s', '--lock-tail', '50ms'],
    });
    const run = await startedRun(at);
    run.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 200));
    run.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(run.stderr()).not.toContain('stopping immediately');
    run.kill('SIGTERM');
    const ended = await run.ended;
    expect(ended.code, ended.stderr).toBe(143);
    expect(ended.stderr).toContain('stopping immediately');
    expect((await at.report()).run.endedBecause).toBe(null);
    await verifiedOnce(at);
  });
});
