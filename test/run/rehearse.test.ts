// Goal: a rehearsal uses the executor itself. It has the outcomes of a run against the simulated provider, the same bytes for
// the same seed, every feature of a saved plan, and no outside effects.
import { describe, expect, it } from 'vitest';
import { createGatewayClient } from '../../src/cloud/calls/gateway-client.ts';
import { canonical } from '../../src/digest.ts';
import { decode } from '../../src/journal/chain.ts';
import type { Report, SavedPlan } from '../../src/model.ts';
import { rehearseSavedPlan } from '../../src/operations/plans/rehearse-plan.ts';
import { ASSUMED_DURATIONS } from '../../src/plan/forecast/durations.ts';
import { rehearseRun, startTimeOf } from '../../src/run/rehearse/rehearse-run.ts';
import { createRehearsal } from '../../src/simulator/rehearsal/rehearsal.ts';
import { approver } from '../approval/people.ts';
import { sealDraft } from '../plan/fixtures/sealed-plan.ts';
import { savedPlan } from '../report/situations.ts';
import { A, ALL_TO_8GB, clusters, standards } from './fleets.ts';
import { setStage } from './stage.ts';

const outcomesOf = ({ steps }: Report) =>
  steps.map(({ id, outcome, code, attempts, orders }) => ({
    id,
    outcome,
    code,
    // A foreign change is found before the order or refuses it, depending on the moment.
    attempts: outcome === 'drifted' ? null : attempts,
    orders: orders.length,
  }));

/** A saved plan of plain instances. */
const plain = (count: number, more: Partial<SavedPlan> = {}, waves?: string[]) =>
  sealDraft(
    savedPlan(
      Array.from({ length: count }, (_, n) => ({
        instance: A(n + 1),
        wave: 0,
        changes: [{ memoryPerShard: 8192 }],
      })),
      more,
      waves ?? ['all'],
    ),
  );

const noTail = { lockTail: [0, 0] } as const;

describe('a rehearsal', () => {
  // biome-ignore format: a table
  it.each([
    ['nothing', []],
    ['a lost answer', ['lost-answer#1']],
    ['a failed task', [`failed-task=${A(2)}`]],
    ['a refusal of one instance', [`low-version=${A(3)}`]],
    ['a foreign change', [`hand-change=${A(4)}`]],
    ['an empty balance', ['no-balance']],
    ['an error that took effect', ['internal-error=executed#1']],
    ['a change that never ends', [`stuck=${A(1)}`]],
  ] as const)('has the outcomes of a run of the same plan: %s', async (_, faults) => {
    const stage = await setStage({ fleet: standards(6), plan: `${ALL_TO_8GB}\nexecution: { inFlight: 2 }`, faults: faults.map((fault) => fault.includes('hand') ? `${fault}+1m` : fault) });
    if (faults.some((fault) => fault.includes('hand'))) await stage.pass(120_000);
    const run = await stage.run();
    const { report, exitCode } = await rehearseSavedPlan(stage.saved, { faults, seeds: 1 });
    expect(outcomesOf(report)).toEqual(outcomesOf(run.report));
    expect(exitCode).toBe(run.end!.exitCode);
    expect(report.run.endedBecause).toBe(run.report.run.endedBecause);
  });

  it('writes the journal of a real run, byte for byte', async () => {
    const saved = plain(8);
    const provider = createRehearsal(saved, {
      faults: ['lost-answer:0.3'],
      durations: ASSUMED_DURATIONS,
      durationsMeasured: true,
    });
    const startsAt = startTimeOf(saved);
    const { entries } = await rehearseRun({
      saved,
      startsAt,
      providerIn: (clock) =>
        createGatewayClient(
          provider.gatewayFor({ seed: 4, faults: ['lost-answer:0.3'], startsAt }, clock),
          clock,
        ),
      chance: provider.chanceFor(4),
      version: '0.0.0',
    });
    const read = decode(entries.map((entry) => `${canonical(entry)}\n`).join(''));
    expect(read.fault).toBeNull();
    expect(read.entries).toEqual(entries);
    expect(entries.some(({ kind }) => kind === 'no-answer')).toBe(true);
  });

  it('gives the same bytes for the same seed, and other bytes for another seed', async () => {
    const bytes = async (seed: number) =>
      JSON.stringify(await rehearseSavedPlan(plain(12), { faults: ['lost-answer:0.2'], seeds: 2, seed }));
    const first = await bytes(7);
    expect(await bytes(7)).toBe(first);
    expect(await bytes(8)).not.toBe(first);
  });

  it('takes longer with a fault, seed by seed', async () => {
    const { report } = await rehearseSavedPlan(plain(1), { faults: ['reset-before#1'], seeds: 4 });
    const { all, baseline: calm } = report.rehearsed!;
    expect(calm!.later).toBeUndefined();
    // Silence for the whole patience, three minutes, before the next order.
    expect(all.later!.p50).toBeGreaterThan(170);
    expect(all).toMatchObject({ unanswered: 4, retries: 4, totals: { verified: 4 } });
    expect(all.waited.resolving).toBeGreaterThan(4 * 170);
  });

  it('shows the effect of halt thresholds', async () => {
    const { report, exitCode } = await rehearseSavedPlan(plain(40), { faults: ['failed-task'], seeds: 2 });
    expect(exitCode).toBe(4);
    const [ended] = report.rehearsed!.all.ended;
    expect(ended).toMatchObject({ because: 'halted', message: expect.stringContaining('haltWhen failed') });
    expect(ended!.notRun).toBeGreaterThan(0);
    expect(report.rehearsed!.all.waves).toEqual([{ name: 'all', runs: 0, took: null }]);
  });

  it('continues in the next window, as a repeated apply would', async () => {
    const windows = {
      timezone: 'Asia/Shanghai',
      allow: ['daily 01:00-01:10'],
      freeze: [],
      calendars: [],
      lastStart: 0,
      atClose: 'drain',
    } as const;
    const { execution } = plain(1);
    const saved = plain(12, { windows, execution: { ...execution, inFlight: 2 } });
    const { report } = await rehearseSavedPlan(saved, { seeds: 1, duration: [200_000, 200_000], ...noTail });
    expect(report.totals.verified).toBe(12);
    expect(report.rehearsed!.all.windows).toBe(2);
    expect(report.run.startedAt).toBe('2026-01-05T17:00:00.000Z');
    expect(report.waves[0]!.endedAt!.slice(0, 13)).toBe('2026-01-06T17');
    expect(report.rehearsed!.assumptions).toContain('somebody repeats apply when the next window opens');
  });

  it('assumes approvals and successful gate commands and URLs, and lists these assumptions', async () => {
    const gate = {
      command: ['./check', 'cart'],
      url: 'https://health.example.com/',
      metric: { name: 'MemUtil', fails: { operator: '>', value: 90 }, over: 300_000 },
      timeout: 60_000,
      onInconclusive: 'pause',
      shadow: false,
    } as const;
    const saved = plain(3, {}, ['first', 'rest']);
    const { report } = await rehearseSavedPlan(
      sealDraft({
        ...saved,
        approvals: { need: 1, authors: ['planner', 'dba-oncall'], approvers: [approver('wei')] },
        waves: saved.waves.map((wave) => ({ ...wave, gate, approval: 'required' as const })),
      }),
      { seeds: 1 },
    );
    expect(report.totals.verified).toBe(3);
    const judged = report.waves[0]!.gate!.map(({ judge, outcome }) => `${judge} ${outcome}`);
    expect(judged).toEqual(['metric success', 'url success', 'command success']);
    expect(report.rehearsed!.assumptions.join('; ')).toMatch(
      /every approval .* arrives in time; gate commands and gate URLs succeed; Refit ran no command and sent no request; gate metrics come from the simulated monitor/,
    );
  });

  it('handles removed nodes, zones of added nodes, and zones without a name', async () => {
    const stage = await setStage({
      fleet: [
        {
          id: 'crs-zone0001',
          zone: 'ap-guangzhou-3',
          edition: 'redis-6.2-standard',
          replicas: 2,
          replicaZones: ['ap-guangzhou-4', 'ap-guangzhou-6'],
        },
        {
          id: 'crs-zone0002',
          zone: 'ap-guangzhou-3',
          edition: 'redis-6.2-standard',
          replicas: 1,
          replicaZones: ['ap-guangzhou-4'],
        },
        ...clusters(1),
      ],
      plan: `targets:
  - { instance: crs-zone0001, replicas: 1 }
  - { instance: crs-zone0002, replicas: 2, zones: [ap-guangzhou-6] }
  - { instance: crs-cccc0001, shards: 5, memoryPerShard: 8GB }
guards: { shrink: allow }`,
    });
    const saved = sealDraft({
      ...stage.saved,
      preconditions: stage.saved.preconditions.map((one) =>
        one.instance === 'crs-cccc0001' ? { ...one, zone: '100003' } : one,
      ),
    });
    const { report } = await rehearseSavedPlan(saved, { seeds: 1 });
    expect(outcomesOf(report).map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      'crs-zone0001/replicas verified',
      'crs-zone0002/replicas verified',
      'crs-cccc0001/memoryPerShard verified',
      'crs-cccc0001/shards verified',
    ]);
  });

  it('separates the limits of two accounts, and waits for maintenance windows', async () => {
    const { execution, preconditions, steps, ...rest } = plain(4);
    const of = <T extends { readonly instance: string }>(one: T) => ({
      ...one,
      profile: one.instance === A(1) ? 'retail' : 'default',
    });
    const saved = sealDraft({
      ...rest,
      execution: { ...execution, switch: 'maintenance-window' },
      steps: steps.map(of),
      preconditions: preconditions.map((one) => ({ ...of(one), window: { from: '03:00', to: '06:00' } })),
    });
    const { report } = await rehearseSavedPlan(saved, { seeds: 1 });
    expect(report.totals.verified).toBe(4);
    for (const { beganAt } of report.steps) expect(beganAt!.slice(0, 13)).toBe('2026-01-05T19');
    expect(report.rehearsed!.assumptions).toContain(
      'each profile is a separate account with separate limits',
    );
  });

  // biome-ignore format: a table
  it.each([
    ['an unknown fault', ['lost-answers'], /is not a fault/],
    ['a fault of keys', ['token-life=30s'], /this fault affects keys, and a rehearsal uses no keys/],
    ['an instance that the plan does not change', ['failed-task=crs-elsewhere'], /the plan does not change instance crs-elsewhere/],
  ])('refuses %s', async (_, faults, message) => {
    await expect(rehearseSavedPlan(plain(1), { faults })).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(message) });
  });
});
