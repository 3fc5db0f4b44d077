/** Forged, cut, copied and replaced run directories: nothing is ordered twice, and nothing unproven counts. */
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/model.ts';
import { examineRun } from '../../src/operations/audit/examine-run.ts';
import { planFromRun } from '../../src/operations/plans/plan-fleet.ts';
import { controlRun } from '../../src/operations/runs/control-run.ts';
import { readerAt } from '../../src/operations/runs/open-runs.ts';
import { followStatus, reportRun, whyNotTrusted } from '../../src/operations/runs/read-run.ts';
import { judgeTrust, parseKnownRun } from '../../src/store/folder/known-runs.ts';
import { RUN_FILES } from '../../src/store/folder/run-directory.ts';
import { approversFile, file } from '../approval/people.ts';
import { chained, eventsOf, extended, forgedEnd, forgedStart, type RunDesk, runDesk } from './run-desk.ts';

const journalIn = (directory: string) => join(directory, RUN_FILES.journal);

/** Cuts the journal of a run after this many entries, and removes the report that would show it. */
async function cut(desk: RunDesk, lines: readonly string[], entries: number): Promise<void> {
  await rm(join(desk.run, RUN_FILES.report), { force: true });
  if (entries === 0) return rm(journalIn(desk.run));
  await writeFile(journalIn(desk.run), lines.slice(0, entries).join(''));
}

const linesOf = async (directory: string) => (await readFile(journalIn(directory), 'utf8')).split(/(?<=\n)/);

/** Each instance has at most one accepted order. */
function mustBeOnce(desk: RunDesk): void {
  for (const [instance, count] of Object.entries(desk.orders())) expect(count, instance).toBe(1);
}

describe('a journal that was cut', () => {
  it('after any entry is refused, and nothing is ordered', async () => {
    const desk = await runDesk();
    await desk.apply();
    const lines = await linesOf(desk.run);
    const before = desk.arrivals();
    for (let entries = 0; entries < lines.length; entries++) {
      await cut(desk, lines, entries);
      await expect(desk.apply(), `${entries} entries`).rejects.toMatchObject({
        code: 'journal-broken',
        exitCode: 6,
        message: expect.stringContaining(
          `the journal ends at entry ${entries}, but this user's state has seen entry ${lines.length}`,
        ),
        fix: expect.stringMatching(/refit reconcile \S+ {3}reads the orders, and prints the next command$/),
      });
    }
    expect(desk.arrivals()).toBe(before);
    await writeFile(journalIn(desk.run), lines.join(''));
    expect(await desk.apply()).toMatchObject({ wasFinished: true, exitCode: 0 });
  });

  it('after any entry and adopted orders nothing twice, and verifies every step', async () => {
    const desk = await runDesk();
    await desk.apply();
    const lines = await linesOf(desk.run);
    for (let entries = 0; entries < lines.length; entries += 2) {
      await cut(desk, lines, entries);
      const { report } = await desk.apply({ adopt: true });
      expect(report.totals, `${entries} entries`).toMatchObject({ verified: 2, unknown: 0, 'not-run': 0 });
      mustBeOnce(desk);
    }
  });

  it('right after an order left, and adopted before the order shows, waits for patience and orders nothing twice', async () => {
    const desk = await runDesk({ startLag: [60_000, 90_000] });
    await desk.apply({ leavesAt: ({ kind }) => kind === 'accepted' });
    const lines = await linesOf(desk.run);
    const first = lines.findIndex((line) => line.includes('"kind":"intent"'));
    await cut(desk, lines, first);
    const { report } = await desk.apply({ adopt: true });
    expect(report.totals).toMatchObject({ verified: 2 });
    mustBeOnce(desk);
  });

  it('of an instance with two steps, and adopted at any entry, orders no step twice and verifies both', async () => {
    const desk = await runDesk({
      fleet: [
        { id: 'crs-cccc0001', edition: 'redis-5.0-cluster', memoryPerShard: 4096, shards: 3, replicas: 1 },
      ],
      plan: 'targets: [{ select: { all: true }, memoryPerShard: 8GB, shards: 5 }]',
    });
    await desk.apply();
    const lines = await linesOf(desk.run);
    for (let entries = 0; entries < lines.length; entries += 3) {
      await cut(desk, lines, entries);
      const { report } = await desk.apply({ adopt: true });
      expect(desk.orders(), `${entries} entries`).toEqual({ 'crs-cccc0001': 2 });
      expect(report.totals, `${entries} entries`).toMatchObject({ verified: 2 });
      // The first order is that of the first step, although the instance has passed its size.
      expect(report.steps[0]!.orders).toEqual([...desk.stage.cloud.world.deals.keys()].slice(0, 1));
    }
  });

  it('can be read by reconcile, which says what is missing and orders nothing', async () => {
    const desk = await runDesk();
    await desk.apply();
    const lines = await linesOf(desk.run);
    const intent = lines.findIndex((line) => line.includes('"kind":"intent"')) + 1;
    await cut(desk, lines, intent);
    const before = desk.arrivals();
    const { notTrusted, steps } = await desk.reconcile();
    expect(notTrusted?.id).toBe('trust.behind');
    expect(steps).toMatchObject([{ outcome: 'verified' }]);
    expect(desk.arrivals()).toBe(before);
    await expect(desk.apply()).rejects.toMatchObject({ exitCode: 6 });
    await desk.apply({ adopt: true });
    mustBeOnce(desk);
  });
});

describe('an old copy of a run directory', () => {
  it('is refused after later orders, and orders nothing twice when adopted', async () => {
    const desk = await runDesk({ fleet: FLEET, plan: IN_TURN });
    await desk.apply({ leavesAt: ({ kind }) => kind === 'accepted' });
    await desk.copy(desk.run, desk.path('old'));
    await desk.apply();
    const before = desk.arrivals();
    await rm(desk.run, { recursive: true });
    await desk.copy(desk.path('old'), desk.run);
    await expect(desk.apply()).rejects.toMatchObject({ code: 'journal-broken', exitCode: 6 });
    expect(desk.arrivals()).toBe(before);
    const { report } = await desk.apply({ adopt: true });
    expect(report.totals).toMatchObject({ verified: 2 });
    mustBeOnce(desk);
  });

  it('in another folder is refused, and the message names the known one', async () => {
    const desk = await runDesk();
    await desk.apply();
    const copy = desk.path('copy');
    await desk.copy(desk.run, copy);
    const before = desk.arrivals();
    await expect(desk.apply({ directory: copy })).rejects.toMatchObject({
      code: 'already-carried-out',
      exitCode: 6,
      message: expect.stringContaining(desk.run),
    });
    await expect(desk.apply({ directory: desk.path('empty'), adopt: true })).rejects.toMatchObject({
      code: 'already-carried-out',
    });
    expect(desk.arrivals()).toBe(before);
  });
});

const FLEET = [1, 2].map((n) => ({
  id: `crs-aaaa000${n}`,
  edition: 'redis-5.0-standard',
  memoryPerShard: 4096,
  replicas: 1,
}));

/** One instance after the other, so that a process can leave between their orders. */
const IN_TURN = 'targets: [{ select: { all: true }, memoryPerShard: 8GB }]\nexecution: { inFlight: 1 }';

describe('a chain that was made again without a key', () => {
  it('is refused if an entry before the mark has other content', async () => {
    const desk = await runDesk();
    await desk.apply();
    const events = eventsOf(await desk.entries()).map((event) =>
      event.kind === 'accepted' ? { ...event, order: '20260105000000000' } : event,
    );
    await rm(join(desk.run, RUN_FILES.report));
    await writeFile(journalIn(desk.run), chained(events));
    await expect(desk.apply()).rejects.toMatchObject({
      code: 'journal-broken',
      message: expect.stringContaining('the journal was replaced'),
    });
  });
});

describe('entries that somebody added', () => {
  it.each([
    ['a run that halted', { plan: IN_TURN, faults: ['no-balance'] }, 'halted'],
    ['a run that ended', {}, 'done'],
  ])('to the journal of %s are refused, and no command believes them', async (_, options, because) => {
    const desk = await runDesk(options);
    await desk.apply();
    const past = await desk.entries();
    expect(past.findLast(({ kind }) => kind === 'run-ended')).toMatchObject({ because });
    const before = desk.arrivals();
    await writeFile(journalIn(desk.run), extended(past, forgedEnd(desk.stage)));
    const refused = {
      code: 'journal-broken',
      exitCode: 6,
      message: expect.stringContaining(`ended at entry ${past.length}: somebody added the entries after it`),
    };
    await expect(desk.apply()).rejects.toMatchObject(refused);
    const { notTrusted } = await reportRun(readerAt(desk.run, { stateDirectory: desk.path('state') }));
    expect(notTrusted?.id).toBe('trust.extended');
    const { audit } = await examineRun(readerAt(desk.run, { stateDirectory: desk.path('state') }));
    expect(audit).toMatchObject({ sound: false, faults: [expect.stringContaining('somebody added')] });
    expect(desk.arrivals()).toBe(before);
  });

  it('to a run that halted do not count after its adoption either', async () => {
    const desk = await runDesk({ plan: IN_TURN, faults: ['no-balance#1'] });
    await desk.apply();
    const past = await desk.entries();
    const accepted = eventsOf(past).filter(({ kind }) => kind !== 'run-ended');
    await writeFile(journalIn(desk.run), extended(past, accepted.slice(0, 1)));
    const { report } = await desk.apply({ adopt: true });
    expect(report.totals).toMatchObject({ verified: 2 });
    mustBeOnce(desk);
    expect((await desk.apply()).wasFinished).toBe(true);
  });
});

describe('a planted run directory', () => {
  it.each([
    ['a start, an approval and a started wave', forgedStart],
    ['verified steps and an end', (stage: RunDesk['stage']) => [...forgedStart(stage), ...forgedEnd(stage)]],
  ])('with %s orders nothing, and no command believes it', async (_, forged) => {
    const desk = await runDesk();
    const planted = desk.path('planted');
    await desk.plant(planted, forged(desk.stage));
    const stateDirectory = desk.path('state');
    const unknown = { code: 'run-unknown', exitCode: 6, fix: expect.stringContaining('--adopt') };
    await expect(desk.apply({ directory: planted })).rejects.toMatchObject(unknown);
    await expect(controlRun(planted, { kind: 'pause' }, { stateDirectory })).rejects.toMatchObject(unknown);
    for (const kind of ['rollback', 'retry'] as const)
      await expect(
        planFromRun(kind, planted, { from: { inventory: null!, source: '' }, stateDirectory }),
      ).rejects.toMatchObject(unknown);
    const reader = readerAt(planted, { stateDirectory, clock: desk.stage.clock });
    const status = await followStatus(reader).read();
    expect(whyNotTrusted(status.run.trust)?.id).toBe('trust.unknown');
    expect((await reportRun(reader)).notTrusted?.id).toBe('trust.unknown');
    expect((await desk.reconcile({ directory: planted })).notTrusted?.id).toBe('trust.unknown');
    expect([desk.arrivals(), desk.asked]).toEqual([0, 0]);
  });

  it('in the folder of runs is not resumed by the search for an unfinished run', async () => {
    const desk = await runDesk();
    const name = `20990101T000000Z-${desk.stage.saved.digest.slice(0, 8)}`;
    await desk.plant(desk.path(`runs/${name}`), forgedStart(desk.stage));
    await expect(desk.apply({ directory: null })).rejects.toMatchObject({ code: 'run-unknown' });
    expect(desk.arrivals()).toBe(0);
  });

  it('does not hide the run that the state knows', async () => {
    const desk = await runDesk({ plan: IN_TURN });
    const known = await desk.apply({ directory: null, leavesAt: ({ kind }) => kind === 'accepted' });
    const name = `20990101T000000Z-${desk.stage.saved.digest.slice(0, 8)}`;
    await desk.plant(desk.path(`runs/${name}`), forgedStart(desk.stage));
    const end = await desk.apply({ directory: null });
    expect(end.name).toBe(known.name);
    expect(end.report.totals).toMatchObject({ verified: 2 });
    mustBeOnce(desk);
  });

  it('that is adopted asks again, and its forged signatures do not count', async () => {
    const desk = await runDesk({
      plan: 'owner: dba\napprovals: { need: 1, from: approvers.yaml }\ntargets: [{ select: { all: true }, memoryPerShard: 8GB }]',
      approvers: approversFile(['wei', 'jun']),
    });
    const { saved, clock } = desk.stage;
    const at = new Date(clock.now()).toISOString();
    const [start, ...rest] = forgedStart(desk.stage);
    const signed = [{ by: 'wei', key: 'SHA256:x', issuedAt: at, expiresAt: at, signature: '' }];
    await desk.plant(desk.run, [
      start!,
      { kind: 'approved', how: 'signatures', by: 'wei', wave: null, judgedAt: at, signed } as never,
      ...rest,
    ]);
    await expect(desk.apply({ adopt: true })).rejects.toMatchObject({ code: 'not-approved', exitCode: 11 });
    expect([desk.arrivals(), desk.asked]).toEqual([0, 0]);
    await writeFile(`${desk.path('saved.json')}.approval-wei.json`, file('wei', {}, saved, clock.now()));
    const end = await desk.apply({ adopt: true, savedFile: desk.path('saved.json') });
    expect([end.report.totals.verified, desk.asked]).toEqual([2, 1]);
    const adopted = (await desk.entries()).find(({ kind }) => kind === 'adopted');
    expect(adopted).toMatchObject({ by: 'dba', reason: { id: 'trust.unknown' } });
  });

  it('that says that it ended is adopted with a notice that nothing was read', async () => {
    const desk = await runDesk();
    await desk.plant(desk.run, [...forgedStart(desk.stage), ...forgedEnd(desk.stage)]);
    const notices: string[] = [];
    await desk.apply({ adopt: true, onNotice: (notice) => void notices.push(notice) });
    expect(notices.join()).toMatch(/read nothing from the provider.*outcomes are what its folder says/);
    expect(desk.arrivals()).toBe(0);
  });

  it('cannot be adopted after its plan expired', async () => {
    const desk = await runDesk();
    await desk.plant(desk.run, forgedStart(desk.stage));
    await desk.stage.pass(Date.parse(desk.stage.saved.expiresAt) + 1 - desk.stage.clock.now());
    await expect(desk.apply({ adopt: true })).rejects.toMatchObject({ code: 'plan-expired' });
    expect(desk.arrivals()).toBe(0);
  });
});

describe('an approval of a run that the state knows', () => {
  const SIGNED = {
    plan: `owner: dba\napprovals: { need: 1, from: approvers.yaml }\n${IN_TURN}`,
    approvers: approversFile(['wei', 'jun']),
  };
  const signedDesk = async () => {
    const desk = await runDesk(SIGNED);
    const savedFile = desk.path('saved.json');
    const approval = `${savedFile}.approval-wei.json`;
    await writeFile(approval, file('wei', {}, desk.stage.saved, desk.stage.clock.now()));
    await desk.apply({ savedFile, leavesAt: ({ kind }) => kind === 'accepted' });
    return { desk, savedFile, approval };
  };

  it('does not count without its files, whatever the journal says', async () => {
    const { desk, savedFile, approval } = await signedDesk();
    await rm(approval);
    await rm(join(desk.run, RUN_FILES.approvals), { recursive: true });
    await expect(desk.apply({ savedFile })).rejects.toMatchObject({ code: 'not-approved', exitCode: 11 });
    expect(desk.arrivals()).toBe(1);
  });

  it('that expired since lets the run continue', async () => {
    const { desk, savedFile } = await signedDesk();
    await desk.stage.pass(3 * 3_600_000);
    expect((await desk.apply({ savedFile })).report.totals).toMatchObject({ verified: 2 });
    mustBeOnce(desk);
  });

  it('is asked for again when another user continues with the same state', async () => {
    const desk = await runDesk({ plan: IN_TURN });
    await desk.apply({ leavesAt: ({ kind }) => kind === 'accepted' });
    await desk.apply({ leavesAt: ({ kind }) => kind === 'run-started' });
    expect(desk.asked).toBe(1);
    await expect(desk.apply({ user: 'mallory', approve: async () => null })).rejects.toMatchObject({
      code: 'not-approved',
    });
    expect(desk.arrivals()).toBe(1);
  });
});

describe('the mark of a run', () => {
  const stateFile = ({ path, stage }: RunDesk) =>
    join(path('state'), 'carried-out', `${stage.saved.digest}.jsonl`);

  it('is ahead of every order: no order leaves if it cannot be written', async () => {
    const desk = await runDesk();
    const replaced = async (entry: JournalEntry) => {
      if (entry.kind === 'instance-read') await rm(stateFile(desk), { force: true });
      return false;
    };
    await expect(desk.apply({ leavesAt: (entry) => void replaced(entry) as never })).rejects.toMatchObject({
      code: 'disk-failed',
      message: expect.stringContaining('cannot write the mark'),
    });
    expect(desk.arrivals()).toBe(0);
  });

  it('survives a torn slot, and a damaged or removed file makes the run unknown', async () => {
    const desk = await runDesk();
    await desk.apply();
    const path = stateFile(desk);
    const text = await readFile(path, 'utf8');
    const whole = parseKnownRun(text)!;
    expect(whole.mark.seq).toBe((await desk.entries()).length);
    const slots = text.split('\n');
    for (const torn of [1, 2]) {
      const some = slots.map((slot, at) =>
        at === torn ? `${slot.slice(0, 40)}${' '.repeat(slot.length - 40)}` : slot,
      );
      expect(parseKnownRun(some.join('\n'))!.mark.seq).toBeGreaterThan(0);
    }
    const handle = await open(path, 'r+');
    await handle.write(Buffer.alloc(1024, 0), 0, 1024, Buffer.byteLength(text) - 1024);
    await handle.close();
    await expect(desk.apply()).rejects.toMatchObject({ code: 'run-unknown' });
    await rm(path);
    await expect(desk.apply()).rejects.toMatchObject({ code: 'run-unknown' });
    mustBeOnce(desk);
  });

  it.each([
    ['new', null, { entries: 0, tornBytes: 0, hashAtMark: null }],
    ['unknown', null, { entries: 3, tornBytes: 0, hashAtMark: null }],
    ['unknown', null, { entries: 0, tornBytes: 9, hashAtMark: null }],
    ['known', 5, { entries: 5, tornBytes: 0, hashAtMark: 'a' }],
    ['known', 5, { entries: 9, tornBytes: 4, hashAtMark: 'a' }],
    ['behind', 5, { entries: 4, tornBytes: 90, hashAtMark: null }],
    ['changed', 5, { entries: 5, tornBytes: 0, hashAtMark: 'b' }],
    ['known', 0, { entries: 0, tornBytes: 0, hashAtMark: null }],
    ['known', 0, { entries: 2, tornBytes: 0, hashAtMark: null }],
  ] as const)('judges a run as %s with the mark %s and %o', (kind, seq, journal) => {
    const mark = { seq: seq ?? 0, hash: 'a' };
    const known = seq === null ? null : { directory: '/run', at: '', mark, isComplete: false };
    expect(judgeTrust(known, '/run', journal).kind).toBe(kind);
  });

  it.each([
    ['known', 5],
    ['extended', 6],
    ['behind', 4],
  ])('says after the end of a process that a journal is %s with %i entries', (kind, entries) => {
    const known = { directory: '/run', at: '', mark: { seq: 5, hash: 'a' }, isComplete: true };
    expect(judgeTrust(known, '/run', { entries, tornBytes: 0, hashAtMark: 'a' }).kind).toBe(kind);
  });
});
