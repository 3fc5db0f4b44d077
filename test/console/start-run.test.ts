/** Starting and continuing runs from the console: the process is played, and time is virtual. */
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { createRunStarter, type StartedApply } from '../../src/operations/runs/start-run.ts';
import type { FoundRun, RunReader, RunsOfStore } from '../../src/store/ports.ts';
import { fleet, savedPlan } from '../report/situations.ts';

const SAVED = savedPlan(fleet(2));
const WEI = { user: '--allow-hooks', host: 'ops-1', pid: 1 };
const PLAN = { file: '/plans/saved.json', saved: SAVED, allowHooks: false, by: WEI };

/** A store whose run appears at a time, and the process that makes it. */
function stage({
  appearsAfter = Number.POSITIVE_INFINITY,
  endsAfter = Number.POSITIVE_INFINITY,
  stderr = '',
  exitCode = 11,
}: {
  readonly appearsAfter?: number;
  readonly endsAfter?: number;
  readonly stderr?: string;
  readonly exitCode?: number;
}) {
  const clock = new VirtualClock();
  const began = clock.now();
  const isAfter = (ms: number) => clock.now() - began >= ms;
  const run = {
    ...{ kind: 'folder', name: 'runs/r1', id: 'r1' },
    readPlan: async () => SAVED,
    read: async () => ({ saved: SAVED, state: { startedAt: 'then', starts: isAfter(appearsAfter) ? 2 : 1 } }),
    holder: async () =>
      isAfter(appearsAfter) && !isAfter(endsAfter)
        ? { pid: 4242, host: hostname(), since: 'then', purpose: 'refit apply' }
        : null,
  } as unknown as RunReader;
  const runs = {
    list: async () => ({
      runs: isAfter(appearsAfter)
        ? [{ run, name: 'r1', isKnown: true, since: began, stamp: null } satisfies FoundRun]
        : [],
      more: 0,
    }),
  } as unknown as RunsOfStore;
  const launched: (readonly string[])[] = [];
  let isForgotten = false;
  const starter = createRunStarter({
    ...{ choice: { env: {}, clock }, runs, policy: '/etc/p.yaml', onNotice: () => undefined },
    connection: { env: {}, endpoint: 'http://127.0.0.1:1' },
    async startApply(args): Promise<StartedApply> {
      launched.push(args);
      return {
        pid: 4242,
        exitCode: () => (isAfter(endsAfter) ? exitCode : null),
        stderr: async () => stderr,
        forget: async () => {
          isForgotten = true;
        },
      };
    },
  });
  return { clock, starter, run, launched, isForgotten: () => isForgotten };
}

describe('with run directories, the console', () => {
  it('starts refit apply with the digest and the name of the person, and finds its run', async () => {
    const { clock, starter, launched, isForgotten } = stage({ appearsAfter: 700 });
    expect(await clock.run(() => starter.start(PLAN))).toBe('r1');
    expect(launched).toEqual([
      [
        ...['apply', '/plans/saved.json', '--digest', SAVED.digest, '--confirmed-by=--allow-hooks'],
        ...['-q', '--progress', 'json'],
        ...['--endpoint', 'http://127.0.0.1:1', '--policy', '/etc/p.yaml'],
      ],
    ]);
    expect(isForgotten()).toBe(true);
  });

  it('finds a run that has ended before anybody looked', async () => {
    const { clock, starter } = stage({ appearsAfter: 50, endsAfter: 60, exitCode: 0 });
    expect(await clock.run(() => starter.start(PLAN))).toBe('r1');
  });

  it('waits at most half a minute for the run of a process that lives', async () => {
    const { clock, starter } = stage({});
    expect(await clock.run(() => starter.start(PLAN))).toBe(null);
  });

  it.each([
    [
      'as a message for every language',
      `${JSON.stringify({
        ...{ event: 'refused', message: 'it is run r9\nof the store', fix: 'refit status r9', exitCode: 6 },
        ...{ code: 'already-carried-out', messageId: 'error.no-name', params: {} },
      })}\n{"event":`,
      {
        ...{ code: 'already-carried-out', message: 'it is run r9; of the store', fix: 'refit status r9' },
        about: { id: 'error.no-name', params: {} },
      },
      6,
    ],
    [
      'with its fix',
      'warning: a proxy\nrefit: not approved: wei\n  and li\n  fix: refit approve saved.json   each\n        of them\n',
      {
        code: 'not-approved',
        message: 'not approved: wei; and li',
        fix: 'refit approve saved.json   each; of them',
      },
      11,
    ],
    [
      'without one',
      'refit: internal error: it broke\n',
      { code: 'usage', message: 'internal error: it broke', fix: expect.stringContaining('terminal') },
      1,
    ],
    ['without a word', '', { code: 'usage', message: expect.stringContaining('exit code 137') }, 137],
    [
      'with control characters',
      'refit: outside window\u001b[31m\u202e\n  fix: wait\n',
      { code: 'outside-window', message: 'outside window\\x1b[31m\\u{202e}', fix: 'wait' },
      8,
    ],
  ])('says why the process ended, %s', async (_, stderr, expected, exitCode) => {
    const { clock, starter } = stage({ endsAfter: 400, stderr, exitCode });
    await expect(clock.run(() => starter.start(PLAN))).rejects.toMatchObject(expected);
  });

  it('continues a run in its directory, with its programs if they are allowed', async () => {
    const { clock, starter, run, launched } = stage({ appearsAfter: 300 });
    await clock.run(() => starter.goOn(run, { allowHooks: true, by: WEI }));
    expect(launched[0]).toEqual(
      expect.arrayContaining(['runs/r1/plan.json', '--run-dir', 'runs/r1', '--allow-hooks']),
    );
  });
});
