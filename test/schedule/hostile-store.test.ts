/** Rows of a store that somebody else wrote, on the way into an attempt: they reach no other file, and stop no scheduler. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { message } from '../../src/messages/messages.ts';
import { encodeSavedPlan } from '../../src/plan/saved/seal-plan.ts';
import type { AttemptStart } from '../../src/schedule/decide.ts';
import type { ScheduleEvent } from '../../src/schedule/schedule-log.ts';
import { createAttemptFolders } from '../../src/schedule/store/attempt-folder.ts';
import { type AttemptTools, workOnOccurrence } from '../../src/schedule/store/store-attempt.ts';
import { createStoreCarrier, progressOf } from '../../src/schedule/store/store-carrier.ts';
import { entryOf, lineOf } from '../../src/schedule/store/stored-log.ts';
import { watchFolder, writeControlFile } from '../../src/schedule/watched-folder.ts';
import type { HeldOccurrence, NewLine, ScheduleStore } from '../../src/store/schedule-store.ts';
import { sealDraft } from '../plan/fixtures/sealed-plan.ts';
import { savedPlan } from '../report/situations.ts';

const DUE = '2026-11-24T10:00:00.000Z';
const AT = Date.parse(DUE);
const plan = (...lines: readonly string[]): string =>
  [
    'version: 1',
    'name: nightly',
    'targets: [{ instance: crs-aaaa0000, region: ap-guangzhou, memoryPerShard: 8GB }]',
    'schedule: { cron: "0 10 * * *", timezone: UTC, does: run }',
    ...lines,
    '',
  ].join('\n');
const sealed = (name: string) => {
  const draft = savedPlan([{ instance: 'crs-aaaa0000', changes: [{ memoryPerShard: 8192 }], wave: 0 }], {}, [
    'all',
  ]);
  return sealDraft({ ...draft, name });
};

const HELD: HeldOccurrence = {
  ...{ plan: 'p.yaml', due: DUE, epoch: 2, source: plan(), sealed: null, run: null, isRestored: false },
};
const START: AttemptStart = {
  ...{ plan: 'p.yaml', due: DUE, does: 'run', digest: null, reason: 'resumed', file: null },
};

/** A store that takes every line, and a host that says what it was asked for. */
function desk() {
  const asked: string[] = [];
  const lines: string[] = [];
  const write = (line: NewLine) => {
    lines.push(line.write(DUE));
    return { seq: lines.length, line: lines.at(-1)! };
  };
  const store = {
    end: async (_: HeldOccurrence, line: NewLine) => write(line),
    seal: async (_: HeldOccurrence, text: string) => text,
    goOn: async () => undefined,
  } as unknown as ScheduleStore;
  const tools: AttemptTools = {
    clock: new VirtualClock(AT),
    createFolder: async () => ({
      pathOf: (name) => name,
      write: async (name) => void asked.push(`write ${name}`),
      read: async () => null,
      remove: async () => undefined,
    }),
    launch: async ([command]) => {
      asked.push(`launch ${command}`);
      return { ended: Promise.resolve(0), stop: () => undefined };
    },
    flags: { plan: [], sign: [] },
    whyNotPlan: async () => null,
    offer: async () => undefined,
    submit: async (_saved, _held, line) => {
      asked.push('submit');
      return write(line('20261124T100000Z-1f0c2ab9'));
    },
  };
  const work = (held: Partial<HeldOccurrence>, start: Partial<AttemptStart> = {}) =>
    workOnOccurrence(
      {
        ...{ held: { ...HELD, ...held }, start: { ...START, ...start } },
        ...{ failuresBefore: 0, lost: new AbortController().signal },
      },
      { drain: new AbortController().signal, onChild: () => undefined },
      { ...tools, store },
      () => AT,
    );
  return { asked, work, tools, write };
}

it.each(['../../../victim/p.yaml', '..', 'a/../../../victim/x', '/tmp/x', 'p.yaml\u0000', '-rf', ''])(
  'makes and removes no folder elsewhere for a plan that is named %j',
  async (name) => {
    const state = await mkdtemp(join(tmpdir(), 'refit-hostile-'));
    onTestFinished(() => rm(state, { recursive: true, force: true }));
    await writeFile(join(state, 'kept'), '');
    const create = createAttemptFolders(join(state, 'a', 'b'), 'host-1', new VirtualClock(AT));
    await expect(create({ ...HELD, plan: name })).rejects.toMatchObject({ code: 'journal-broken' });
    expect(await readdir(state)).toEqual(['kept']);
  },
);

it('removes what a scheduler that was killed left, and nothing that is in use', async () => {
  const state = await mkdtemp(join(tmpdir(), 'refit-hostile-'));
  onTestFinished(() => rm(state, { recursive: true, force: true }));
  const clock = { now: () => Date.now() };
  const first = await createAttemptFolders(state, 'h-1-k', clock)(HELD);
  await first.write('draft.json', 'x');
  const second = await createAttemptFolders(state, 'h-2-l', clock)(HELD);
  expect(await first.read('draft.json')).toBe('x');
  await second.remove();
  const later = { now: () => Date.now() + 3 * 24 * 3_600_000 };
  const third = await createAttemptFolders(state, 'h-3-n', later)(HELD);
  expect(await readdir(join(state, 'schedule'))).toEqual(['h-3-n']);
  await third.remove();
});

it.each<[string, Partial<HeldOccurrence>, Partial<AttemptStart>, RegExp]>([
  [
    'a plan that names a file of the host',
    { source: plan('approvals: { need: 1, from: /etc/shadow }') },
    {},
    /names the file \/etc\/shadow/,
  ],
  ['a text that is no plan', { source: 'x' }, {}, /./],
  ['a plan without a schedule', { source: plan().replace(/schedule.*\n/, '') }, {}, /no schedule/],
  [
    'another saved plan than the one of the log',
    { sealed: encodeSavedPlan(sealed('forged')) },
    { digest: sealed('reviewed').digest },
    /the store has the saved plan .*nothing was submitted/,
  ],
])('an occurrence with %s starts nothing, and its end says why', async (_, held, start, reason) => {
  const { asked, work } = desk();
  const ended = entryOf((await work(held, start))!);
  expect(asked).toEqual([]);
  expect(ended).toMatchObject({
    ...{ kind: 'ended', exitCode: expect.any(Number) },
    message: { id: 'schedule.attempt-failed', params: { error: expect.stringMatching(reason) } },
  });
});

it('carries out the plan of the log', async () => {
  const { asked, work } = desk();
  const saved = sealed('reviewed');
  await work({ sealed: encodeSavedPlan(saved) }, { digest: saved.digest });
  expect(asked).toEqual(['submit']);
});

it.each([
  ['ended', -1, null],
  ['ended', 2_000_000_000, null],
  ['stopped', -7, null],
  ['stopped', null, 'toString'],
  ['stopped', 4, '__proto__'],
  ['stopped', null, 'no-such-code'],
])('an end that a row claims can be written and read: %s, exit %s, code %s', (state, exitCode, errorCode) => {
  const { exitCode: code } = progressOf({ progress: { state, exitCode, errorCode } });
  const event: ScheduleEvent = {
    ...{ kind: 'ended', plan: 'p.yaml', due: DUE, exitCode: code },
    message: message('schedule.exited', { exitCode: code }),
  };
  const line = lineOf(event).write(DUE);
  expect(entryOf({ seq: 1, line })).toMatchObject({ exitCode: expect.any(Number) });
});

it('writes no line that stops every reader of the log', () => {
  const event = { kind: 'stopped', exitCode: -1 } as const;
  expect(() => lineOf(event).write(DUE)).toThrow(/not an entry/);
});

it('works on few occurrences at the same time, although many are due', async () => {
  const { tools, write } = desk();
  const clock = new VirtualClock(AT);
  let now = 0;
  let most = 0;
  let ended = 0;
  const store = {
    claim: async ({ plan: name, due }: HeldOccurrence, line: NewLine) => ({
      held: { ...HELD, plan: name, due },
      line: write(line),
    }),
    end: async (_: HeldOccurrence, line: NewLine) => {
      ended += 1;
      return write(line);
    },
  } as unknown as ScheduleStore;
  const carrier = createStoreCarrier({
    ...{ ...tools, clock, store, folder: null, by: { user: 'me', host: 'h' } },
    launch: async () => {
      now += 1;
      most = Math.max(most, now);
      const end = async (): Promise<number> => {
        await clock.sleep(5_000);
        now -= 1;
        return 0;
      };
      return { ended: end(), stop: () => undefined };
    },
    totalsOf: async () => null,
    onEntry: () => undefined,
  });
  const control = { drain: new AbortController().signal, onChild: () => undefined };
  await clock.run(async () => {
    const names = Array.from({ length: 50 }, (_, n) => `p${n}.yaml`);
    await Promise.all(names.map((name) => carrier.attempt({ ...START, plan: name }, control)));
  }, 600_000);
  expect([most, ended]).toEqual([8, 50]);
});

it.each(['x', '', '+275760-09-13T00:00:00Z', '-000001-01-01T00:00:00Z'])(
  'a request or a switch of a folder whose time is %j is not from Refit',
  async (at) => {
    const root = await mkdtemp(join(tmpdir(), 'refit-hostile-'));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    await writeControlFile(root, 'requests', 'r1', { plan: 'p.yaml', at, by: 'me' });
    await writeControlFile(root, 'switches', 'p.yaml', { enabled: false, at });
    const { requests, switches } = await watchFolder(root, root).read();
    expect([requests, [...switches]]).toEqual([[], []]);
  },
);
