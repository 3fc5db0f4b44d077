/** The invariants of every run. */
import { expect } from 'vitest';
import { decode } from '../../src/journal/chain.ts';
import { OUTCOMES } from '../../src/model.ts';
import type { Run, Stage } from './stage.ts';

const PROVIDER_LIMIT = 20;

export interface Exceptions {
  /** This world has another request limit than the provider, so refusals by limit are allowed. */
  readonly refusedByLimit?: boolean;
  /** Instances whose change never ends. They hold no in-flight slot once their outcome is unknown. */
  readonly stuck?: number;
  /** Changes that wait for their windows. They hold no in-flight slot. */
  readonly deferred?: number;
}

/** Asserts the invariants; the message says which one broke. */
export function holds(stage: Stage, run: Run, except: Exceptions = {}): void {
  const { saved, cloud, disk } = stage;
  expect(stage.violations, 'violations during the run').toEqual([]);
  expect(decode(disk.text).fault, 'the journal decodes without a fault').toBeNull();

  const byStep = new Map<string, number>();
  for (const { instance, size, accepted } of cloud.arrivals) {
    if (accepted) byStep.set(`${instance} to ${size}`, (byStep.get(`${instance} to ${size}`) ?? 0) + 1);
  }
  expect(
    [...byStep].filter(([, times]) => times > 1),
    'no step is executed twice',
  ).toEqual([]);

  const orders = run.counts.actions.UpgradeInstance;
  expect(orders?.mostInASecond ?? 0, 'orders in one second').toBeLessThanOrEqual(PROVIDER_LIMIT);
  if (!except.refusedByLimit) {
    for (const [action, { refused }] of Object.entries(run.counts.actions))
      expect(refused, `${action} refused by limit`).toBe(0);
  }
  const most = Math.max(0, ...cloud.arrivals.map(({ inProgress }) => inProgress));
  expect(most, 'resizes in progress at the same time').toBeLessThanOrEqual(
    saved.execution.inFlight + (except.stuck ?? 0) + (except.deferred ?? 0),
  );

  expect(disobedientOrders(run), 'every order obeys the control commands').toEqual([]);

  const endedAt = saved.waves.map(() => 0);
  const startedAt = saved.waves.map(() => Number.POSITIVE_INFINITY);
  const waveOf = new Map(saved.steps.map(({ id, wave }) => [id, wave]));
  for (const entry of run.entries) {
    if (entry.kind === 'intent') {
      const wave = waveOf.get(entry.step)!;
      startedAt[wave] = Math.min(startedAt[wave]!, entry.seq);
    }
    if (entry.kind === 'step-ended') endedAt[waveOf.get(entry.step)!] = entry.seq;
  }
  for (let wave = 1; wave < saved.waves.length; wave++)
    expect(startedAt[wave], `wave ${wave} starts after the previous wave has ended`).toBeGreaterThan(
      endedAt[wave - 1]!,
    );

  expect(run.report.steps.map(({ id }) => id)).toEqual(saved.steps.map(({ id }) => id));
  for (const { outcome } of run.report.steps) expect(OUTCOMES).toContain(outcome);
  const sum = Object.values(run.report.totals).reduce((a, b) => a + b, 0);
  expect(sum, 'the totals add up to the steps').toBe(saved.steps.length);
}

/**
 * Finds orders that started against a control command: during a pause, or above the set number.
 * The journal has them in the order in which they happened.
 */
function disobedientOrders({ saved, entries }: Run): string[] {
  const wrong: string[] = [];
  const inProgress = new Set<string>();
  let bound = saved.execution.inFlight;
  let paused = false;
  let rested = false;
  for (const entry of entries) {
    if (entry.kind === 'run-started') {
      if (rested || entry.unattended) {
        rested = false;
        continue;
      }
      bound = saved.execution.inFlight;
      paused = false;
    } else if (entry.kind === 'rested') rested = true;
    else if (entry.kind === 'control-command' && entry.accepted) {
      if (entry.command === 'set inFlight') bound = entry.value!;
      if (entry.command === 'pause') paused = true;
      if (entry.command === 'continue') paused = false;
    } else if (entry.kind === 'intent') {
      inProgress.add(entry.step);
      if (paused) wrong.push(`${entry.step} started while the run was paused`);
      if (inProgress.size > bound)
        wrong.push(`${entry.step} started as number ${inProgress.size} of ${bound}`);
    } else if (
      entry.kind === 'not-sent' ||
      entry.kind === 'deferred' ||
      entry.kind === 'step-ended' ||
      (entry.kind === 'refused' && entry.next !== 'read-first') ||
      (entry.kind === 'resolved' && !entry.executed)
    )
      inProgress.delete(entry.step);
  }
  return wrong;
}
