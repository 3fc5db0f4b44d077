/** A run and the approvals of its waves, in virtual time. test/cli tests the approval of a whole plan. */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { validateJournalEntry } from '../../../src/generated/validators.js';
import { recordedOf } from '../../../src/journal/recorded.ts';
import type { JournalEntry } from '../../../src/model.ts';
import { judgeOffered } from '../../../src/run/demand-approvals.ts';
import { createHookListener } from '../../../src/run/notify/hooks.ts';
import { approversFile, file, HOUR, type Signing } from '../../approval/people.ts';
import { standards } from '../fleets.ts';
import { holds } from '../holds.ts';
import { hookEffects } from '../notify/effects-for.ts';
import { type Run, type Stage, setStage } from '../stage.ts';

const PLAN = `owner: dba
approvals: { need: 2, from: approvers.yaml }
waves:
  - { name: canary, take: 1 }
  - { name: tenth, take: 2, approval: required }
  - { name: rest, take: rest, approval: required }
targets: [{ select: { all: true }, memoryPerShard: 8GB }]`;
const PEOPLE = ['wei', 'jun', 'li', 'dba'];

const staged = () => setStage({ fleet: standards(6), plan: PLAN, approvers: approversFile(PEOPLE) });

/** Puts an approval beside the saved plan, signed now. */
function sign(stage: Stage, name: string, wave: string, more: Signing = {}): void {
  const text = file(name, { wave, ...more }, stage.saved, stage.clock.now());
  stage.offered.push({ file: `saved.json.approval-${name}.${wave}.json`, text });
}

const verified = ({ report }: Run) => report.totals.verified;
const because = (run: Run) => [run.end?.because, run.end?.exitCode];

describe('a wave with a required approval', () => {
  it('does not start without approval: the run ends, names the missing approvers and the command, and continues once approved', async () => {
    const stage = await staged();
    const first = await stage.run();
    expect(because(first)).toEqual(['not-approved', 11]);
    expect(verified(first)).toBe(1);
    expect(first.report.run.message).toMatch(
      /^wave tenth \(.{8}\) needs 2 approvals and has 0 \(none\); missing: 2 of wei, jun, li \(fix: refit approve saved\.json --wave tenth /,
    );
    holds(stage, first);

    const again = await stage.run();
    expect([verified(again), ...because(again)]).toEqual([1, 'not-approved', 11]);

    sign(stage, 'wei', 'tenth');
    sign(stage, 'jun', 'tenth');
    const second = await stage.run();
    expect([verified(second), ...because(second)]).toEqual([3, 'not-approved', 11]);
    expect(second.report.run.message).toMatch(
      /^wave rest .*tenth\.json does not count: it approves wave tenth, not wave rest/,
    );
    holds(stage, second);

    sign(stage, 'li', 'rest');
    sign(stage, 'wei', 'rest');
    const third = await stage.run();
    expect([verified(third), ...because(third)]).toEqual([6, 'done', 0]);
    holds(stage, third);
    expect(third.report.run.signatures?.map(({ by, wave }) => `${by} ${wave}`)).toEqual([
      'wei tenth',
      'jun tenth',
      'li rest',
      'wei rest',
    ]);
    for (const entry of third.entries) expect(validateJournalEntry(entry), entry.kind).toBe(true);
  });

  it('is judged after the previous wave has soaked, and a later approval causes no second soak', async () => {
    const plan = PLAN.replace('take: 1 }', 'take: 1, soak: 1h }');
    const stage = await setStage({ fleet: standards(6), plan, approvers: approversFile(PEOPLE) });
    for (const name of ['wei', 'jun']) sign(stage, name, 'tenth', { expires: HOUR / 2 });
    const first = await stage.run();
    holds(stage, first);
    expect([verified(first), ...because(first)]).toEqual([1, 'not-approved', 11]);
    expect(first.took).toBeGreaterThan(HOUR);
    expect(first.report.run.message).toContain('does not count: expired at');
    for (const name of ['wei', 'jun']) sign(stage, name, 'tenth');
    const second = await stage.run();
    holds(stage, second);
    expect([verified(second), ...because(second)]).toEqual([3, 'not-approved', 11]);
    expect(second.took).toBeLessThan(HOUR / 2);
  });

  it('is reconciled without approval: open orders are resolved, and nothing is ordered', async () => {
    const stage = await staged();
    for (const name of ['wei', 'jun']) sign(stage, name, 'tenth');
    let orders = 0;
    const killed = await stage.run({ diesAt: ({ kind }) => kind === 'arrived' && ++orders === 2 });
    expect(killed.report.totals).toMatchObject({ verified: 1, unknown: 1 });
    stage.offered.length = 0;
    const before = stage.cloud.arrivals.length;
    const read = await stage.run({ reconciles: true });
    holds(stage, read);
    expect(stage.cloud.arrivals).toHaveLength(before);
    expect([verified(read), ...because(read)]).toEqual([2, 'reconciled', 3]);
    // The approvals had started the wave. Their files are gone, so no order leaves in it any more.
    const rest = await stage.run();
    holds(stage, rest);
    expect([verified(rest), ...because(rest)]).toEqual([2, 'not-approved', 11]);
  });

  it('starts immediately if its approval already exists', async () => {
    const stage = await staged();
    for (const wave of ['tenth', 'rest']) for (const name of ['wei', 'jun']) sign(stage, name, wave);
    const run = await stage.run();
    expect([verified(run), ...because(run)]).toEqual([6, 'done', 0]);
    holds(stage, run);
  });

  // biome-ignore format: one line a case
  it.each<[string, Signing & { name?: string }, RegExp]>([
    ['expired after the run started', { expires: 1 }, /expired at/],
    ['is forged', { key: 'mallory' }, /is not the key of an approver/],
    ['is of another plan', { digest: 'e'.repeat(64) }, /approves another plan/],
    ["is the author's own", { name: 'dba' }, /dba made the plan/],
    ['is the second of one person', { name: 'wei', expires: HOUR / 2 }, /each approver counts once/],
    ['is of another wave', { wave: 'rest' }, /approves wave rest, not wave tenth/],
  ])('does not start with an approval that %s', async (_, { name = 'jun', ...signing }, why) => {
    const stage = await staged();
    sign(stage, 'wei', 'tenth');
    sign(stage, name, 'tenth', signing);
    const run = await stage.run();
    expect([verified(run), ...because(run)]).toEqual([1, 'not-approved', 11]);
    expect(run.report.run.message).toMatch(/has 1 \(wei\); missing: 1 of jun, li/);
    expect(run.report.run.message).toMatch(why);
    holds(stage, run);
  });

  it('continues after a crash if its approvals expired after it started', async () => {
    const stage = await staged();
    for (const name of ['wei', 'jun']) sign(stage, name, 'tenth', { expires: HOUR });
    let intents = 0;
    const crashed = await stage.run({
      diesAt: (moment) => moment.kind === 'durable' && moment.text.includes('"intent"') && ++intents === 2,
    });
    expect(crashed.died).toBe(true);
    await stage.pass(2 * HOUR);
    const run = await stage.run();
    expect([verified(run), ...because(run)]).toEqual([3, 'not-approved', 11]);
    holds(stage, run);
  });

  it.each(['half written', 'durable'] as const)(
    'starts only after a durable approval if the process dies when the approval is %s',
    async (state) => {
      const stage = await staged();
      for (const wave of ['tenth', 'rest']) for (const name of ['wei', 'jun']) sign(stage, name, wave);
      const crashed = await stage.run({
        diesAt: (moment) =>
          moment.kind === (state === 'durable' ? 'durable' : 'writing') &&
          moment.text.includes('"signatures"'),
        leaves: state === 'durable' ? 'nothing' : 'half a line',
      });
      expect(crashed.died).toBe(true);
      const run = await stage.run();
      expect([verified(run), ...because(run)]).toEqual([6, 'done', 0]);
      expect(wavesStartedUnapproved(run.entries)).toEqual([]);
      holds(stage, run);
    },
  );

  it('accepts the other approvers when one approver has left and her signature has expired', async () => {
    const stage = await staged();
    sign(stage, 'wei', 'tenth');
    sign(stage, 'jun', 'tenth');
    const tuesday = await stage.run();
    expect([verified(tuesday), ...because(tuesday)]).toEqual([3, 'not-approved', 11]);
    // Jun has left. Her earlier signature expires.
    sign(stage, 'jun', 'rest', { expires: HOUR });
    sign(stage, 'wei', 'rest', { expires: 48 * HOUR });
    await stage.pass(24 * HOUR);
    const wednesday = await stage.run();
    expect(because(wednesday)).toEqual(['not-approved', 11]);
    expect(wednesday.report.run.message).toMatch(
      /has 1 \(wei\); missing: 1 of jun, li; .*jun\.rest\.json does not count: expired at/,
    );
    sign(stage, 'li', 'rest');
    const thursday = await stage.run();
    expect([verified(thursday), ...because(thursday)]).toEqual([6, 'done', 0]);
    holds(stage, thursday);
  });
});

/** Waves of this plan that started without an approval. */
function wavesStartedUnapproved(entries: readonly JournalEntry[]): number[] {
  const approved = new Set<number | null>([0]);
  return entries.flatMap((entry) => {
    if (entry.kind === 'approved' && entry.how === 'signatures') approved.add(entry.wave);
    return entry.kind === 'wave-started' && !approved.has(entry.wave) ? [entry.wave] : [];
  });
}

describe('signatures in a journal', () => {
  it('in the journal never replace the files, and say when the files had to be valid', async () => {
    const stage = await staged();
    sign(stage, 'wei', 'tenth');
    sign(stage, 'jun', 'tenth');
    const { entries } = await stage.run();
    const { saved, offered } = stage;
    const recorded = recordedOf(entries).signatures(1);
    const later = { now: Date.parse(recorded!.signed[0]!.expiresAt) + 1, file: 'saved.json' };
    expect(judgeOffered(saved, 1, offered, { ...later, recorded })).toEqual({ event: null });
    for (const [wave, files, found] of [
      [1, [], recorded],
      [1, offered.slice(0, 1), recorded],
      [1, [offered[0]!, offered[0]!], recorded],
      [1, offered, null],
      [2, offered, recorded],
      [null, offered, recorded],
      [1, offered, { ...recorded!, judgedAt: recorded!.signed[0]!.expiresAt }],
    ] as const)
      expect(judgeOffered(saved, wave, files, { ...later, recorded: found })).not.toHaveProperty('event');
  });

  it('are verified again when a process resumes the wave: without a file nothing new starts', async () => {
    const stage = await staged();
    sign(stage, 'wei', 'tenth');
    sign(stage, 'jun', 'tenth');
    await stage.run({
      diesAt: ({ kind, ...at }) =>
        kind === 'durable' &&
        'text' in at &&
        at.text.includes('"wave":1') &&
        at.text.includes('wave-started'),
    });
    stage.offered.splice(0);
    const { end, entries } = await stage.run();
    expect(end).toMatchObject({ because: 'not-approved', exitCode: 11 });
    const started = entries.findLastIndex(({ kind }) => kind === 'run-started');
    expect(entries.slice(started).some(({ kind }) => kind === 'intent')).toBe(false);
  });
});

describe('a wave that waits two hours for its approval', () => {
  const WAITING = PLAN.replace('take: 2, approval: required', 'take: rest, approval: { within: 2h }').replace(
    '\n  - { name: rest, take: rest, approval: required }',
    '',
  );
  const waiting = () => setStage({ fleet: standards(6), plan: WAITING, approvers: approversFile(PEOPLE) });
  const signBoth = (stage: Stage) => {
    for (const name of ['wei', 'jun']) sign(stage, name, 'tenth');
  };
  const MINUTES = HOUR / 60;
  const awaited = ({ entries }: Run) =>
    entries.flatMap((entry) => (entry.kind === 'approval-awaited' ? [entry] : []));

  it('starts in the same process when it is signed, and the process shows what it waits for', async () => {
    const stage = await waiting();
    const received: unknown[] = [];
    const listeners = (clock: Clock) => [
      createHookListener(hookEffects({ approval: ['page'] }), {
        runCommand: async (_, { input }) => {
          received.push(JSON.parse(input));
          return { kind: 'ended', exitCode: 0, lastLine: '', output: '' };
        },
        clock,
        directory: '/runs/one',
      }),
    ];
    const run = await stage.run({
      listeners,
      meanwhile: [[40 * MINUTES, () => signBoth(stage)]],
      statusEvery: 10 * MINUTES,
    });
    holds(stage, run);
    expect([verified(run), ...because(run)]).toEqual([6, 'done', 0]);
    expect(run.took).toBeGreaterThan(40 * MINUTES);
    expect(run.took).toBeLessThan(80 * MINUTES);
    expect(run.statuses[1]!.waits).toMatchObject([{ name: 'approval', step: null, limit: 2 * HOUR }]);
    expect(received).toMatchObject([
      {
        event: 'approval',
        wave: 'tenth',
        message: expect.stringMatching(/^waits until .*Z for approval: wave tenth/),
      },
    ]);
    expect(awaited(run)).toMatchObject([
      {
        name: 'tenth',
        message: {
          id: 'run.approvals-missing',
          params: {
            missing: [
              {
                id: 'approval.missing',
                params: { wave: 'tenth', need: 2, have: [], missing: ['wei', 'jun', 'li'] },
              },
            ],
          },
        },
      },
    ]);
  });

  it('ends the run after the limit, and each later apply checks once', async () => {
    const stage = await waiting();
    const first = await stage.run();
    holds(stage, first);
    expect([verified(first), ...because(first)]).toEqual([1, 'not-approved', 11]);
    expect(first.took).toBeGreaterThan(2 * HOUR);
    expect(first.took).toBeLessThan(2.2 * HOUR);
    const again = await stage.run();
    expect(because(again)).toEqual(['not-approved', 11]);
    expect(again.took).toBeLessThan(MINUTES);
    expect(awaited(again)).toHaveLength(1);
    signBoth(stage);
    const last = await stage.run();
    holds(stage, last);
    expect([verified(last), ...because(last)]).toEqual([6, 'done', 0]);
  });

  it('keeps the start of its wait if the process dies', async () => {
    const stage = await waiting();
    const killed = await stage.run({
      diesAt: (moment) => moment.kind === 'durable' && moment.text.includes('"approval-awaited"'),
    });
    expect(killed.died).toBe(true);
    await stage.pass(90 * MINUTES);
    const run = await stage.run();
    expect(because(run)).toEqual(['not-approved', 11]);
    expect(run.took).toBeGreaterThan(25 * MINUTES);
    expect(run.took).toBeLessThan(31 * MINUTES);
    expect(awaited(run)).toHaveLength(1);
  });

  it('stops waiting at a signal, and continues with the same command', async () => {
    const stage = await waiting();
    const drained = await stage.run({ drainAfter: 30 * MINUTES });
    expect(because(drained)).toEqual(['drained', 130]);
    expect(drained.took).toBeLessThan(31 * MINUTES);
    signBoth(stage);
    const run = await stage.run();
    holds(stage, run);
    expect([verified(run), ...because(run)]).toEqual([6, 'done', 0]);
  });
});
