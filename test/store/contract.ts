/**
 * The behaviour that both stores have: run directories, and a PostgreSQL database. Each store runs this table with its own
 * way to claim a run and to let a process die.
 */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { JournalEntry, JournalEvent, SavedPlan } from '../../src/model.ts';
import { openInstances } from '../../src/run/in-claimed-run.ts';
import { mayAdopt } from '../../src/run/judge-adoption.ts';
import { markOf } from '../../src/run/run-mark.ts';
import { createJournalWriter, type JournalWriter } from '../../src/store/journal-writer.ts';
import type { ClaimedRun, RunReader, RunsOfStore } from '../../src/store/ports.ts';
import { readWhole } from '../../src/store/run-reading.ts';
import { A, ALL_TO_8GB, standards } from '../run/fleets.ts';
import { setStage } from '../run/stage.ts';

/** A store, as the processes of this suite use it. */
export interface StoreInTest {
  /** Claims the run of a plan for a process on this host. Makes the run if there is none. */
  claim(saved: SavedPlan): Promise<ClaimedRun>;
  /** Lets the process of a claim die: it does nothing more, and gives nothing back. */
  die(claim: ClaimedRun): Promise<void>;
  /** The bytes of the journal, read without the code under test. */
  journalBytes(saved: SavedPlan): Promise<string>;
  /** Sends a line to the live process of the run; null if there is none. */
  ask(saved: SavedPlan, line: string): Promise<string | null>;
  /** Offers an approval of a plan, which may have no run yet. */
  offer(saved: SavedPlan, name: string, text: string): Promise<void>;
  /** The runs of the store, as anybody reads them. */
  runs(): RunsOfStore;
  /** The text of a log of the run. */
  logged(saved: SavedPlan, file: string): Promise<string>;
}

/** Two plans that share one instance, and one that shares none with the first. */
export const PLANS = await (async () => {
  const planOf = async (plan: string) => (await setStage({ fleet: standards(4), plan })).saved;
  const ids = (...numbers: number[]) =>
    `targets: [{ select: { ids: [${numbers.map(A).join(', ')}] }, memoryPerShard: 8GB }]`;
  return {
    first: await planOf(ids(1, 2)),
    sharing: await planOf(ids(2, 3)),
    apart: await planOf(ids(4)),
    all: await planOf(ALL_TO_8GB),
  };
})();

/** Text of several bytes a character, and the separators that are line ends in some languages. */
const NAME = 'wave \u4f60\u597d \u2028\u2029 \ud83d\ude80 "quoted" \\ %s $1';

/** Opens the journal of a claimed run, as `apply` does. */
export async function openWriter(claim: ClaimedRun): Promise<{
  readonly journal: JournalWriter;
  /** Ends the process after its last entry. */
  end(): Promise<void>;
  /** Closes the files of a dead process, as the system does. */
  abandon(): Promise<void>;
}> {
  const { run, register } = claim;
  const mark = await markOf(run, register);
  const store = await claim.openJournal();
  const replay = run.replay.copy();
  let last = run.last ?? undefined;
  const journal = createJournalWriter({
    store,
    mark,
    clock: systemClock,
    end: run.journal.end,
    replay,
    onEntry: (entry) => {
      last = entry;
    },
  });
  return {
    journal,
    async end() {
      await store.close();
      await mark.close(last && { seq: last.seq, hash: last.hash });
      await claim.release();
    },
    async abandon() {
      await store.close();
      await mark.close();
    },
  };
}

/** The event with which a process starts on a run. */
export function started(saved: SavedPlan, resumed = false): JournalEvent {
  return {
    kind: 'run-started',
    format: 'refit.journal/1',
    plan: saved.name,
    digest: saved.digest,
    resumed,
    cutOff: 0,
    by: { user: 'dba', host: 'here', pid: 1 },
    endpoint: 'redis.tencentcloudapi.com',
    version: '0.0.0',
  };
}

export const ENDED: JournalEvent = { kind: 'run-ended', because: 'drained', exitCode: 143 };

/** The entry after which an order may leave. */
export function intent(saved: SavedPlan, number = 0): JournalEvent {
  const { id, instance } = saved.steps[number]!;
  return { kind: 'intent', step: id, instance, attempt: 1, providerAt: '2026-11-30T00:00:00.000Z' } as never;
}

/** Claims, writes events, and gives the run back. */
async function write(store: StoreInTest, saved: SavedPlan, events: readonly JournalEvent[]): Promise<void> {
  const claim = await store.claim(saved);
  const { journal, end } = await openWriter(claim);
  for (const event of events) await journal.appendDurably(event);
  await end();
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '').length;

/** Each behaviour, by its sentence. */
const BEHAVIOUR: Readonly<Record<string, (store: StoreInTest) => Promise<void>>> = {
  async 'makes a new run without entries'(store) {
    const claim = await store.claim(PLANS.first);
    expect(claim.run).toMatchObject({ trust: { kind: 'new' }, first: null });
    expect(claim.run.saved).toEqual(PLANS.first);
    expect(claim.run).toMatchObject({ last: null, journal: { end: { seq: 0 } } });
    expect((await readWhole(claim)).journal.entries).toEqual([]);
    expect(claim.takeOvers()).toEqual([]);
    expect(mayAdopt(claim.run, false, await claim.headAhead())).toBe(null);
    await claim.release();
  },

  async 'gives the entries back byte by byte to the next process'(store) {
    const claim = await store.claim(PLANS.first);
    const { journal, end } = await openWriter(claim);
    const written: JournalEntry[] = [await journal.appendDurably(started(PLANS.first))];
    written.push(
      ...(await Promise.all(
        [1, 2, 3].map((wave) =>
          journal.appendDurably({ kind: 'wave-started', wave, name: `${wave} ${NAME}` }),
        ),
      )),
    );
    journal.appendWithNextGroup({ kind: 'wave-started', wave: 4, name: 'with the next group' });
    written.push(await journal.appendDurably(ENDED));
    await end();
    const next = await store.claim(PLANS.first);
    expect(next.run.trust).toEqual({ kind: 'known' });
    const { entries } = (await readWhole(next)).journal;
    expect(entries).toHaveLength(6);
    expect(entries.filter(({ seq }) => seq !== 5)).toEqual(written);
    expect([next.run.first, next.run.last]).toEqual([entries[0], entries[5]]);
    expect(next.run.journal).toMatchObject({ end: { seq: 6, hash: written.at(-1)!.hash }, fault: null });
    expect(next.run.state).toMatchObject({ endedBecause: 'drained', exitCode: 143 });
    expect(next.takeOvers()).toEqual([]);
    const bytes = await store.journalBytes(PLANS.first);
    expect(bytes.endsWith('\n')).toBe(true);
    expect(
      bytes
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(entries);
    expect(bytes).toContain(NAME.replaceAll('\\', '\\\\').replaceAll('"', '\\"'));
    await next.release();
  },

  async 'refuses a second process while the first holds the run'(store) {
    const claim = await store.claim(PLANS.first);
    await expect(store.claim(PLANS.first)).rejects.toMatchObject({ code: 'locked', exitCode: 7 });
    await claim.release();
    await (await store.claim(PLANS.first)).release();
  },

  async 'takes over from a dead process, and says from which one'(store) {
    const dead = await store.claim(PLANS.first);
    const { journal, abandon } = await openWriter(dead);
    await journal.appendDurably(started(PLANS.first));
    await journal.appendDurably(intent(PLANS.first));
    await abandon();
    await dead.claimInstances(openInstances(dead.run));
    await store.die(dead);
    const claim = await store.claim(PLANS.first);
    await claim.claimInstances(openInstances(claim.run));
    expect(claim.run.trust).toEqual({ kind: 'known' });
    expect((await readWhole(claim)).journal.entries.map(({ kind }) => kind)).toEqual([
      'run-started',
      'intent',
    ]);
    const events = claim.takeOvers();
    expect(events.map(({ kind }) => kind)).toEqual(['lock-taken-over']);
    expect(events[0]).toMatchObject({ from: { host: expect.any(String), pid: expect.any(Number) } });
    const { journal: next, end } = await openWriter(claim);
    await next.appendDurably(started(PLANS.first, true));
    for (const event of events) await next.appendDurably(event);
    await end();
    expect(lines(await store.journalBytes(PLANS.first))).toBe(4);
  },

  async 'writes nothing more for a process from which another took over'(store) {
    const dead = await store.claim(PLANS.first);
    const { journal, abandon } = await openWriter(dead);
    await journal.appendDurably(started(PLANS.first));
    await store.die(dead);
    const claim = await store.claim(PLANS.first);
    const { journal: next, end } = await openWriter(claim);
    await next.appendDurably(started(PLANS.first, true));
    const failure = await journal.appendDurably(intent(PLANS.first)).then(
      () => null,
      (error: Error) => error,
    );
    expect(failure).not.toBe(null);
    expect(journal.failed).toBe(true);
    expect(journal.unwritten.map(({ kind }) => kind)).toEqual(['intent']);
    await next.appendDurably(ENDED).catch(() => undefined);
    await end();
    await abandon();
    expect(await store.journalBytes(PLANS.first)).toContain('"resumed":true');
  },

  async 'carries out a plan once: the next claim continues its run'(store) {
    await write(store, PLANS.first, [started(PLANS.first), ENDED]);
    const claim = await store.claim(PLANS.first);
    expect(claim.run.journal.end.seq).toBe(2);
    await claim.release();
    const other = await store.claim(PLANS.apart);
    expect(other.run.name).not.toBe(claim.run.name);
    expect(other.run.journal.end.seq).toBe(0);
    await other.release();
  },

  async 'lets one live run change an instance, and the next one after it'(store) {
    const first = await store.claim(PLANS.first);
    await first.claimInstances(openInstances(first.run));
    const apart = await store.claim(PLANS.apart);
    await apart.claimInstances(openInstances(apart.run));
    const { journal, end } = await openWriter(first);
    await expect(
      store.claim(PLANS.sharing).then((claim) => claim.claimInstances(openInstances(claim.run))),
    ).rejects.toMatchObject({ code: 'locked', exitCode: 7, message: expect.stringContaining(A(2)) });
    // Claiming again, with fewer instances, is no conflict with itself.
    await first.claimInstances([A(1), A(2)]);
    await journal.appendDurably(started(PLANS.first));
    await journal.appendDurably(ENDED);
    await end();
    await apart.release();
  },

  async 'frees the instances of a run that ended'(store) {
    const first = await store.claim(PLANS.first);
    await first.claimInstances(openInstances(first.run));
    const { journal, end } = await openWriter(first);
    await journal.appendDurably(started(PLANS.first));
    await journal.appendDurably(ENDED);
    await end();
    const sharing = await store.claim(PLANS.sharing);
    await sharing.claimInstances(openInstances(sharing.run));
    await sharing.release();
  },

  async 'keeps signatures byte by byte, and offers the approvals again'(store) {
    const text = `{"by":"wei \u4f60\u597d \u2028","n":1}\n`;
    const claim = await store.claim(PLANS.first);
    for (const kind of ['approvals', 'policyApprovals', 'planSignatures', 'signatures'] as const)
      await claim.signatures.keep(kind, [{ name: `${kind}.json`, text: `${kind} ${text}` }]);
    await claim.signatures.keep('approvals', [{ name: 'approvals.json', text }]);
    const approvals = await claim.signatures.offered('approvals');
    expect(approvals.map((one) => one.text).sort()).toEqual([`policyApprovals ${text}`, text].sort());
    const planners = await claim.signatures.offered('planSignatures');
    expect(planners.map((one) => one.text)).toEqual([`planSignatures ${text}`]);
    await claim.release();
  },

  async 'finds approvals of other plans by the key that they name'(store) {
    const text = (key: string) => `{"key":"${key}","of":"another plan"}\n`;
    const KEY = `SHA256:${'a+/'.repeat(14)}a`;
    await store.offer(PLANS.apart, 'jun.json', text(KEY));
    await store.offer(PLANS.apart, 'li.json', text(`SHA256:${'b'.repeat(43)}`));
    await store.offer(PLANS.first, 'jun.json', text(KEY));
    const claim = await store.claim(PLANS.first);
    const elsewhere = await claim.signatures.offeredElsewhere!([KEY]);
    expect(elsewhere.map((one) => one.text)).toEqual([text(KEY)]);
    expect(await claim.signatures.offeredElsewhere!([`SHA256:${'c'.repeat(43)}`])).toEqual([]);
    expect((await claim.signatures.offered('approvals')).map((one) => one.text)).toEqual([text(KEY)]);
    await claim.release();
  },

  async 'has approvals that came before the run'(store) {
    await store.offer(PLANS.first, 'wei.json', 'signed by wei');
    const claim = await store.claim(PLANS.first);
    const offered = await claim.signatures.offered('approvals');
    expect(offered.map((one) => one.text)).toEqual(['signed by wei']);
    expect(offered[0]!.file).toContain('wei.json');
    await claim.release();
  },

  async 'carries requests to the live process, and its answers back'(store) {
    const claim = await store.claim(PLANS.first);
    expect(await store.ask(PLANS.first, 'before')).toBe(null);
    const asked: string[] = [];
    const control = await claim.openControl(async (line) => {
      asked.push(line);
      return JSON.stringify({ to: line });
    }, systemClock);
    const requests = ['{"a":1}', NAME.replaceAll(/[\u2028\u2029]/g, ' '), '{"b":2}'];
    const answers = await Promise.all(requests.map((line) => store.ask(PLANS.first, line)));
    expect(answers.map((text) => JSON.parse(text!))).toEqual(requests.map((to) => ({ to })));
    expect(asked.sort()).toEqual([...requests].sort());
    await control.close();
    await claim.release();
    expect(await store.ask(PLANS.first, 'after')).toBe(null);
  },

  async 'never gives a request that a process took to the next one'(store) {
    const dead = await store.claim(PLANS.first);
    let lost: Promise<unknown> = Promise.resolve();
    await new Promise<void>((taken) => {
      void dead
        .openControl(() => {
          taken();
          return new Promise(() => undefined);
        }, systemClock)
        .then(() => {
          lost = store.ask(PLANS.first, 'abort').catch(() => null);
        });
    });
    await store.die(dead);
    const claim = await store.claim(PLANS.first);
    const asked: string[] = [];
    const control = await claim.openControl(async (line) => {
      asked.push(line);
      return '{}';
    }, systemClock);
    expect(await store.ask(PLANS.first, 'status')).toMatch(/^{}\n?$/);
    await control.close();
    await claim.release();
    expect(asked).toEqual(['status']);
    void lost;
  },

  async 'appends to the logs beside the journal'(store) {
    const claim = await store.claim(PLANS.first);
    await claim.log('hooks.log', 'one\n');
    await Promise.all([claim.log('hooks.log', 'two\n'), claim.log('notifications.log', 'other\n')]);
    expect(await store.logged(PLANS.first, 'hooks.log')).toBe('one\ntwo\n');
    expect(await store.logged(PLANS.first, 'notifications.log')).toBe('other\n');
    await claim.release();
  },

  async 'writes reports, and notices a report with entries that the journal lacks'(store) {
    const claim = await store.claim(PLANS.first);
    const { journal, end } = await openWriter(claim);
    const { hash } = await journal.appendDurably(started(PLANS.first));
    const report = (head: string) => ({ file: 'report.json', text: `{\n  "head": "${head}"\n}\n` });
    await claim.writeReports([report(hash), { file: 'report.html', text: '<!doctype html>' }]);
    await end();
    const next = await store.claim(PLANS.first);
    expect(await next.headAhead()).toBe(null);
    await next.writeReports([report('f'.repeat(64))]);
    expect(await next.headAhead()).toBe('f'.repeat(64));
    await next.release();
  },

  async 'finds runs by name, start of a name and latest, and lists the newest first'(store) {
    const runs = store.runs();
    await expect(runs.find('latest')).rejects.toMatchObject({ code: 'usage', exitCode: 64 });
    const ids: string[] = [];
    for (const saved of [PLANS.first, PLANS.apart]) {
      await write(store, saved, [started(saved), ENDED]);
      const { runs: listed } = await runs.list(10);
      const name = listed.find((one) => !ids.includes(one.name))!.name;
      ids.push(name);
    }
    const latest = await runs.find('latest');
    expect(ids).toContain(latest.id);
    for (const id of ids) {
      expect((await runs.find(id)).id).toBe(id);
      const { saved, state } = await readWhole(await runs.find(id));
      expect(saved.digest.slice(0, 8)).toBe(id.slice(-8));
      expect(state.exitCode).toBe(143);
    }
    // The names differ only in the second, or in the digest.
    await expect(runs.find(ids[0]!.slice(0, 4))).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('is the start of 2 names'),
    });
    const { runs: one, more } = await runs.list(1);
    expect(one.map(({ name }) => name)).toEqual([latest.id]);
    expect(more).toBe(1);
    expect(one[0]).toMatchObject({ isKnown: true });
  },

  async 'shows who holds a run, and its entries while it grows'(store) {
    const claim = await store.claim(PLANS.first);
    const { journal, end } = await openWriter(claim);
    await journal.appendDurably(started(PLANS.first));
    const [found] = (await store.runs().list(1)).runs;
    const run = found!.run!;
    expect(await run.holder()).toMatchObject({ pid: process.pid, host: expect.any(String) });
    expect(await run.exists()).toBe(true);
    expect(await run.isKnown()).toBe(true);
    for (const wave of [1, 2, 3]) {
      await journal.appendDurably({ kind: 'wave-started', wave, name: 'w' });
      expect((await readWhole(run)).journal.entries).toHaveLength(wave + 1);
    }
    await end();
    expect(await run.holder()).toBe(null);
    expect((await run.readPlan()).digest).toBe(PLANS.first.digest);
    expect(await journalTextOf(run)).toBe(await store.journalBytes(PLANS.first));
  },

  async 'gives a follower each entry once, and what the run came to'(store) {
    const claim = await store.claim(PLANS.first);
    const { journal, end } = await openWriter(claim);
    await journal.appendDurably(started(PLANS.first));
    const follower = (await store.runs().find('latest')).follow!();
    const seen: number[] = [];
    const read = () =>
      follower.read(
        ({ seq }) => seen.push(seq),
        () => expect.fail('nothing was read again'),
      );
    expect(await read()).toMatchObject({ trust: { kind: 'known' }, journal: { end: { seq: 1 } } });
    await journal.appendDurably(intent(PLANS.first));
    await read();
    await read();
    await journal.appendDurably(ENDED);
    expect(await read()).toMatchObject({ state: { endedBecause: 'drained' }, trust: { kind: 'known' } });
    expect(seen).toEqual([1, 2, 3]);
    await end();
  },

  async 'can be given back twice'(store) {
    const claim = await store.claim(PLANS.first);
    await claim.release();
    await claim.release();
    await (await store.claim(PLANS.first)).release();
  },
};

/** The whole lines of a journal. */
export async function journalTextOf(run: Pick<RunReader, 'journalPieces'>): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of run.journalPieces()) pieces.push(piece);
  return pieces.join('');
}

/** Runs the table with a store. @param open makes an empty store for one test. */
export function describeContract(name: string, open: () => Promise<StoreInTest>): void {
  describe(`${name} fulfils the contract of a store`, () => {
    it.each(Object.entries(BEHAVIOUR))('%s', async (_, behaves) => {
      await behaves(await open());
    });
  });
}
