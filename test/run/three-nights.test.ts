/** The whole product in one story: a thousand instances over three nights, from the plan text to the report. */
import { describe, expect, it } from 'vitest';
import { validateReport } from '../../src/generated/validators.js';
import { decode } from '../../src/journal/chain.ts';
import { textOf } from '../../src/messages/messages.ts';
import type { ControlCommand } from '../../src/model.ts';
import { examineApprovals } from '../../src/operations/audit/examine-approvals.ts';
import { examineJournal } from '../../src/operations/audit/examine-journal.ts';
import { readSavedPlan } from '../../src/plan/saved/read-saved-plan.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import { renderReport } from '../../src/report/run/render-report.ts';
import { approversFile, file, HOUR } from '../approval/people.ts';
import { A, standards } from './fleets.ts';
import { holds } from './holds.ts';
import { together } from './in-progress-together.ts';
import { type ProcessOptions, type Run, type Stage, setStage } from './stage.ts';
import { clockOf, passUntil } from './wall-clock.ts';

const MINUTE = 60_000;

const PLAN = `
owner: dba
change: CHG-20481
targets:
  - { select: { tags: { env: prod } }, memoryPerShard: 8GB }
approvals: { need: 2, from: approvers.yaml }
spread: { by: tags.app }
windows:
  timezone: Asia/Shanghai
  allow: ["Tue-Fri 01:00-02:20"]
  freeze: [2026-01-07]
  lastStart: 10m
waves:
  - name: canary
    take: 20
    soak: 10m
    gate: { failed: "> 0", metric: { name: MemUtil, fails: "> 90" } }
  - name: half
    take: 480
    approval: required
    gate: { failed: "> 0", metric: { name: MemUtil, fails: "> 90" } }
  - { name: rest, take: rest, slowStart: true }
execution: { inFlight: 40 }
`;

/** A thousand instances of 150 applications, with 2,000 MB of data each, and one instance outside the plan. */
const FLEET = [
  ...standards(1_000, { usedTotal: 2_000 }).map((one, n) => ({
    ...one,
    tags: { env: 'prod', app: `app-${n % 150}` },
  })),
  { ...standards(1_001)[1_000], tags: { env: 'test' } },
];

/** Texts that every report format for people contains. */
const REPORTED: readonly RegExp[] = [
  /1,000 of 1,000 steps verified/,
  /not-approved at 2026-01-05 17:40:00 UTC: wave half .{0,200} needs 2 approvals and has 0/,
  /window-closed at 2026-01-05 18:10:00 UTC: the window closes at Tue 2026-01-06 02:20/,
  /window-closed at 2026-01-06 17:30:00 UTC: frozen: 2026-01-07/,
  /halted at 2026-01-07 17:2\d:\d\d UTC: the gate after wave half failed/,
  /window-closed at 2026-01-07 18:10:00 UTC: the window closes at Thu 2026-01-08 02:20/,
  /canary.{0,200}metric.{0,200}inconclusive.{0,200}MemUtil could not be read/s,
  /half.{0,200}metric.{0,200}failure.{0,200}MemUtil of crs-aaaa0120 is 93.99/s,
  /half.{0,200}metric.{0,200}success.{0,200}MemUtil of 480 instances is/s,
  /jun.{0,200}2026-01-05 02:00:00 UTC.{0,200}2026-01-06 02:00:00 UTC.{0,200}SHA256:/,
  /li.{0,200}half.{0,200}2026-01-05 17:40:00 UTC/,
];

const CONTINUE: ControlCommand = { kind: 'continue' };

/** Puts an approval beside the saved plan, signed now and valid for a day. */
function sign(stage: Stage, name: string, wave: string | null): void {
  const text = file(name, { wave, expires: 24 * HOUR }, stage.saved, stage.clock.now());
  stage.offered.push({ file: `saved.json.approval-${name}${wave === null ? '' : `.${wave}`}.json`, text });
}

const ended = ({ end }: Run) => [end?.because, end?.exitCode];
const stoppedBy = ({ state: { stopping } }: Run) => stopping && textOf(stopping.message);
const gatesOf = ({ entries }: Run) =>
  entries.flatMap((one) =>
    one.kind === 'gate' ? [`${one.name}: ${one.judge} ${one.outcome}, ${one.next}`] : [],
  );
/** How many steps of each wave are verified. */
const verified = ({ saved, report }: Run) =>
  saved.waves.map(
    ({ name }) => report.steps.filter(({ wave, outcome }) => wave === name && outcome === 'verified').length,
  );

describe('a thousand instances over three nights', () => {
  it('are resized with one order each, with waves, approvals, gates, windows, a freeze and a spread', async () => {
    // Monday morning: the plan is made and waits for its approvers.
    const stage = await setStage({
      fleet: FLEET,
      plan: PLAN,
      approvers: approversFile(['wei', 'jun', 'li', 'dba']),
      demandsSignatures: true,
      duration: [3 * MINUTE, 5 * MINUTE],
      // On the first night, the monitor product refuses reads until 01:45.
      faults: ['no-cam@GetMonitorData+15h..945m'],
    });
    expect(stage.saved.steps).toHaveLength(1_000);
    expect(stage.saved.forecast.window?.local).toBe('Tue 2026-01-06 01:00-02:20 Asia/Shanghai');
    expect(readSavedPlan(encodeSavedPlan(stage.saved))).toEqual(stage.saved);
    /** Repeats the command, and asserts the invariants of every run. */
    const step = async (processOptions: ProcessOptions = {}): Promise<Run> => {
      const run = await stage.run(processOptions);
      holds(stage, run);
      return run;
    };

    sign(stage, 'wei', null);
    const alone = await stage.run();
    expect([alone.error, stage.cloud.arrivals]).toMatchObject([{ code: 'not-approved', exitCode: 11 }, []]);
    sign(stage, 'jun', null);

    // Tuesday, 01:00: the canary. Its gate is inconclusive, and the run pauses until an operator continues it.
    await passUntil(stage, '2026-01-06T01:00:00');
    const first = await step({ statusEvery: MINUTE, commands: [[40 * MINUTE, CONTINUE]] });
    expect(gatesOf(first)).toEqual(['canary: failed success, go-on', 'canary: metric inconclusive, pause']);
    expect(first.statuses.some(({ paused }) => paused?.by === 'the gate after wave canary')).toBe(true);
    expect(first.answers).toMatchObject([{ accepted: true }]);
    // The continued run reaches the next wave, which is not approved.
    expect([ended(first), verified(first)]).toEqual([
      ['not-approved', 11],
      [20, 0, 0],
    ]);
    expect(clockOf(stage.clock.now()).slice(0, 12)).toBe('Tue 06 01:40');
    expect(stoppedBy(first)).toMatch(/^wave half .* needs 2 approvals and has 0/);

    // Two approvers sign it, one of them after a second attempt. The author's signature does not count.
    for (const name of ['wei', 'dba']) sign(stage, name, 'half');
    const unsigned = await step();
    expect([ended(unsigned), verified(unsigned)]).toEqual([ended(first), verified(first)]);
    sign(stage, 'li', 'half');
    const night1 = await step();
    expect(ended(night1)).toEqual(['window-closed', 8]);
    expect(stoppedBy(night1)).toMatch(/the next opens Thu 2026-01-08 01:00/);
    expect(verified(night1)[1]).toBeGreaterThan(0);
    expect(verified(night1)[1]).toBeLessThan(480);

    // Wednesday is frozen. An operator repeats the command anyway.
    await passUntil(stage, '2026-01-07T01:30:00');
    const frozen = await step();
    expect([ended(frozen), verified(frozen)]).toEqual([['window-closed', 8], verified(night1)]);
    expect(stoppedBy(frozen)).toMatch(/^frozen: 2026-01-07;/);

    // Thursday: the wave ends. The data of one instance has grown to fill its new size, so the gate fails.
    await passUntil(stage, '2026-01-08T01:00:00');
    const grown = stage.cloud.world.instances.get(A(120))!;
    grown.used = [7_700];
    const halted = await step();
    expect([ended(halted), verified(halted)]).toEqual([
      ['halted', 4],
      [20, 480, 0],
    ]);
    expect(gatesOf(halted).slice(2)).toEqual(['half: failed success, go-on', 'half: metric failure, halt']);
    expect(stoppedBy(halted)).toContain(`MemUtil of ${A(120)} is 93.99, fails at > 90`);

    // The operator has data removed and repeats the command. The gate is judged again, and the rest starts.
    grown.used = [3_000];
    await stage.pass(10 * MINUTE);
    const night2 = await step();
    expect(gatesOf(night2).slice(4)).toEqual(['half: failed success, go-on', 'half: metric success, go-on']);
    expect(ended(night2)).toEqual(['window-closed', 8]);
    expect(verified(night2)[2]).toBeGreaterThan(0);

    // Friday: the remaining steps.
    await passUntil(stage, '2026-01-09T01:00:00');
    const night3 = await step();
    expect([ended(night3), verified(night3)]).toEqual([
      ['done', 0],
      [20, 480, 500],
    ]);

    // The whole run: one order each, at most one instance of an application at a time, only in windows.
    expect(Object.values(night3.counts.orders)).toEqual(Array(1_000).fill(1));
    expect(night3.report.steps.every(({ attempts, orders }) => attempts === 1 && orders.length === 1)).toBe(
      true,
    );
    expect(night3.counts.orders[A(1_001)]).toBeUndefined();
    const apps = together(night3);
    expect([Object.keys(apps).length, new Set(Object.values(apps))]).toEqual([150, new Set([1])]);
    const nights = Map.groupBy(stage.cloud.arrivals, ({ at }) => clockOf(at).slice(0, 6));
    expect([...nights.keys()]).toEqual(['Tue 06', 'Thu 08', 'Fri 09']);
    const times = stage.cloud.arrivals.map(({ at }) => clockOf(at).slice(7));
    expect(times.filter((time) => time < '01:00:00' || time >= '02:10:00')).toEqual([]);

    // No wave starts before its approval and the gate before it.
    expect(course(night3)).toEqual([
      'signed plan',
      'order of canary',
      'gate canary go-on',
      'gate canary pause',
      'signed half',
      'order of half',
      'gate half go-on',
      'gate half halt',
      'gate half go-on',
      'order of rest',
    ]);

    // The journal is whole, its signatures are valid, and the report has the story.
    const text = stage.disk.text;
    const audit = examineJournal(
      { ...decode(text), wholeBytes: text.length, tornBytes: 0 },
      { name: 'journal.jsonl', saved: stage.saved, heads: [{ hash: night3.report.head, from: 'report' }] },
    );
    expect(audit).toMatchObject({ sound: true, ended: true, faults: [], warnings: [] });
    const kept = stage.offered.filter(({ file: name }) => !name.includes('-dba'));
    expect(examineApprovals(night3.entries, { name: 'journal.jsonl', saved: stage.saved, kept })).toEqual({
      faults: [],
      warnings: [],
    });
    expect(validateReport(JSON.parse(JSON.stringify(night3.report)))).toBe(true);
    const texts = (['text', 'markdown', 'html'] as const).map((format) =>
      renderReport(night3.report, format, { color: false, width: 250 })
        .replaceAll(/<[^>]*>/g, ' ')
        // The text format puts sentences below their row.
        .replaceAll('\n    ', '  '),
    );
    for (const part of REPORTED) for (const report of texts) expect(report).toMatch(part);
  });
});

/** Signatures, orders and gates in their order, without repetitions. */
function course({ saved, entries }: Run): string[] {
  const waveOf = new Map(saved.steps.map(({ id, wave }) => [id, saved.waves[wave]!.name]));
  const all = entries.flatMap((one) => {
    if (one.kind === 'intent') return [`order of ${waveOf.get(one.step)}`];
    if (one.kind === 'gate') return [`gate ${one.name} ${one.next}`];
    if (one.kind !== 'approved' || one.how !== 'signatures') return [];
    return [`signed ${one.wave === null ? 'plan' : saved.waves[one.wave]!.name}`];
  });
  return all.filter((what, n) => what !== all[n - 1]);
}
