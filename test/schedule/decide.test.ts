/** What is done about due times: tables of the pure decision, and of what an exit code means. */
import { describe, expect, it } from 'vitest';
import type { SavedWindows, Schedule } from '../../src/model.ts';
import { afterAttempt } from '../../src/schedule/after-attempt.ts';
import { decide, type RunRequest, type Switch } from '../../src/schedule/decide.ts';
import { type FileReading, readPlanFile, scheduleSignature } from '../../src/schedule/plan-file.ts';
import {
  decodeAccount,
  EMPTY_STATE,
  encodeEntry,
  foldEntry,
  type ScheduleEvent,
  type ScheduleState,
} from '../../src/schedule/schedule-log.ts';
import { scheduledFile } from './world.ts';

const MIDNIGHT = Date.UTC(2026, 10, 24);
const minute = (count: number) => MIDNIGHT + count * 60_000;
const iso = (at: number) => new Date(at).toISOString();

/** Due every ten minutes. */
const EVERY: Schedule = {
  when: { kind: 'cron', cron: '*/10 * * * *', timezone: 'UTC' },
  does: 'run',
  catchUp: 'run',
};

interface Case {
  readonly schedule?: Schedule;
  readonly told?: readonly [number, ScheduleEvent][];
  readonly now: number;
  readonly inHand?: boolean;
  readonly switched?: Switch;
  readonly request?: RunRequest;
  readonly away?: boolean;
}

/** The decisions about one plan that was first seen at minute 1, each in a few words. */
function decisions({ schedule = EVERY, told = [], now, inHand, switched, request, away }: Case): string[] {
  const file = scheduledFile('p.yaml', schedule);
  const state = told.reduce<ScheduleState>(
    (before, [at, deed]) => foldEntry(before, { ...deed, at: iso(at) }),
    foldEntry(EMPTY_STATE, { kind: 'seen', plan: 'p.yaml', schedule: signature(file), at: iso(minute(1)) }),
  );
  return decide({
    state,
    view: {
      files: away ? [] : [file],
      switches: new Map(switched ? [['p.yaml', switched]] : []),
      requests: request ? [request] : [],
    },
    now,
    inHand: new Set(inHand ? ['p.yaml'] : []),
    gone: new Set(away ? ['p.yaml'] : []),
  }).map((one) => {
    const { due, ...rest } =
      one.kind === 'begin' ? one.begin : (one.deed as ScheduleEvent & { due?: string });
    const when = due === undefined ? '' : ` ${due.slice(11, 16)}`;
    if (one.kind === 'begin') return `begin${when} ${one.begin.because}`;
    const { because = '', count } = rest as { because?: string; count?: number };
    return `${one.deed.kind}${when}${because ? ` ${because}` : ''}${count === undefined ? '' : ` x${count}`}`;
  });
}

function signature(file: FileReading): string {
  if (file.kind !== 'scheduled') throw new Error('not scheduled');
  return scheduleSignature(file.plan);
}

const began = (due: number): ScheduleEvent => ({
  kind: 'began',
  plan: 'p.yaml',
  due: iso(due),
  because: 'due',
  does: 'run',
  digest: null,
  entries: 0,
});
const ended = (due: number): ScheduleEvent => ({
  kind: 'ended',
  plan: 'p.yaml',
  due: iso(due),
  exitCode: 0,
  what: 'done',
});
const left = (due: number, goesOn: number): ScheduleEvent => ({
  kind: 'left',
  plan: 'p.yaml',
  due: iso(due),
  exitCode: 8,
  goesOnAt: iso(goesOn),
  what: 'work is left',
  entries: 3,
});
const asked = (at: number): RunRequest => ({ id: 'r1', plan: 'p.yaml', at, by: 'wei' });

describe('what is decided', () => {
  // biome-ignore format: one line a case
  it.each<[string, Case, string[]]>([
    ['before it is due: nothing', { now: minute(9) }, []],
    ['at the due time: it begins', { now: minute(10) }, ['begin 00:10 due']],
    ['a moment later: it begins', { now: minute(10) + 59_000 }, ['begin 00:10 due']],
    ['minutes later: it is made up for', { now: minute(15) }, ['begin 00:10 caught-up']],
    ['several went by: the newest alone', { now: minute(35) }, ['skipped 00:20 missed x2', 'begin 00:30 caught-up']],
    ['several went by, the newest a moment ago', { now: minute(30) }, ['skipped 00:20 missed x2', 'begin 00:30 due']],
    ['catchUp: skip: none of those that went by', { now: minute(35), schedule: { ...EVERY, catchUp: 'skip' } }, ['skipped 00:30 missed x3']],
    ['catchUp: skip: one that is due now begins', { now: minute(10), schedule: { ...EVERY, catchUp: 'skip' } }, ['begin 00:10 due']],
    ['catchUpWithin: in time', { now: minute(12), schedule: { ...EVERY, catchUpWithin: 300_000 } }, ['begin 00:10 caught-up']],
    ['catchUpWithin: too late', { now: minute(16), schedule: { ...EVERY, catchUpWithin: 300_000 } }, ['skipped 00:10 missed x1']],
    ['decided already: nothing', { now: minute(11), told: [[minute(10), began(minute(10))], [minute(10), ended(minute(10))]] }, []],
    ['the one before is still under way', { now: minute(20), inHand: true, told: [[minute(10), began(minute(10))]] }, ['refused 00:20 overlap']],
    ['begun by a scheduler that died: taken up', { now: minute(11), told: [[minute(10), began(minute(10))]] }, ['begin 00:10 taken-up']],
    ['begun, and not on record yet: nothing', { now: minute(10), inHand: true }, []],
    ['left: not before its time', { now: minute(11), told: [[minute(10), began(minute(10))], [minute(10), left(minute(10), minute(15))]] }, []],
    ['left: it goes on', { now: minute(15), told: [[minute(10), began(minute(10))], [minute(10), left(minute(10), minute(15))]] }, ['begin 00:10 goes-on']],
    ['left and disabled: it does not', { now: minute(15), switched: { enabled: false, at: minute(12) }, told: [[minute(10), began(minute(10))], [minute(10), left(minute(10), minute(15))]] }, []],
    ['left and withdrawn: it has ended', { now: minute(15), away: true, told: [[minute(10), began(minute(10))], [minute(10), left(minute(10), minute(15))]] }, ['ended 00:10', 'removed']],
    ['begun and withdrawn: it is taken up', { now: minute(11), away: true, told: [[minute(10), began(minute(10))]] }, ['begin 00:10 taken-up', 'removed']],
    ['disabled: its times are skipped', { now: minute(20), switched: { enabled: false, at: minute(5) } }, ['skipped 00:20 disabled x2']],
    ['enabled again: what was due before is not made up for', { now: minute(25), switched: { enabled: true, at: minute(22) } }, []],
    ['asked for: it begins', { now: minute(5), request: asked(minute(4)) }, ['begin 00:04 asked']],
    ['asked for while under way', { now: minute(11), inHand: true, told: [[minute(10), began(minute(10))]], request: asked(minute(11)) }, ['refused 00:11 overlap']],
    ['asked for in the moment in which it is due', { now: minute(10), request: asked(minute(10)) }, ['begin 00:10 due', 'refused 00:10 overlap']],
    ['asked for what was left: that goes on', { now: minute(11), told: [[minute(10), began(minute(10))], [minute(10), left(minute(10), minute(15))]], request: asked(minute(11)) }, ['begin 00:10 asked']],
    ['asked for while disabled: it begins all the same', { now: minute(5), switched: { enabled: false, at: minute(3) }, request: asked(minute(4)) }, ['begin 00:04 asked']],
    ['asked for, and answered by the scheduler before', { now: minute(5), request: asked(minute(4)), told: [[minute(4), { kind: 'refused', plan: 'p.yaml', due: iso(minute(4)), because: 'overlap', what: '', request: 'r1' }]] }, []],
    ['a changed schedule: seen anew, and nothing is owed from before', { now: minute(15), schedule: { ...EVERY, when: { kind: 'cron', cron: '*/5 * * * *', timezone: 'UTC' } }, told: [[minute(1), { kind: 'seen', plan: 'p.yaml', schedule: 'another' }]] }, ['seen']],
  ])('%s', (_, given, wanted) => {
    expect(decisions(given)).toEqual(wanted);
  });
});

const WINDOWS: SavedWindows = {
  timezone: 'UTC',
  allow: ['daily 01:00-02:00'],
  freeze: [],
  calendars: [],
  lastStart: 0,
  atClose: 'drain',
};

describe('what an exit code means', () => {
  const windowed = { windows: WINDOWS, finishBy: null };
  // biome-ignore format: one line a case
  it.each<[string, Partial<Parameters<typeof afterAttempt>[0]>, string | null]>([
    ['0: it has ended', { exitCode: 0 }, null],
    ['8: it goes on when the next window opens', { exitCode: 8, sealed: windowed }, '2026-11-24T01:00'],
    ['8 at the close: the next day', { exitCode: 8, sealed: windowed, now: minute(120) }, '2026-11-25T01:00'],
    ['8 without windows: finishBy is over', { exitCode: 8, sealed: { finishBy: iso(MIDNIGHT) } }, null],
    ['8, and finishBy comes before the next window', { exitCode: 8, sealed: { windows: WINDOWS, finishBy: iso(minute(30)) } }, null],
    ['11 of a saved plan: asked about again in the next window', { exitCode: 11, sealed: windowed, schedule: EVERY }, '2026-11-24T01:00'],
    ['11 within a window: in the one after it', { exitCode: 11, sealed: windowed, schedule: EVERY, now: minute(90) }, '2026-11-25T01:00'],
    ['11 without windows: at the next due time', { exitCode: 11, sealed: { finishBy: null }, schedule: EVERY }, '2026-11-24T00:10'],
    ['11 of what is planned anew each time: it has ended', { exitCode: 11, sealed: windowed }, null],
    ['7: looked at again soon', { exitCode: 7 }, '2026-11-24T00:00'],
    ['1: tried again', { exitCode: 1, failures: 4 }, '2026-11-24T00:05'],
    ['1 for the sixth time: it has ended', { exitCode: 1, failures: 5 }, null],
    ...[2, 3, 4, 5, 6, 10, 12, 64, 65, 130, 143].map((exitCode): [string, { exitCode: number }, null] =>
      [`${exitCode}: it has ended, and a person looks`, { exitCode }, null]),
  ])('%s', (_, given, wanted) => {
    const { goesOnAt, what } = afterAttempt({ exitCode: 0, failures: 0, sealed: null, schedule: null, now: MIDNIGHT, ...given });
    expect(goesOnAt === null ? null : iso(goesOnAt).slice(0, 16)).toBe(wanted);
    expect(what).not.toBe('');
  });
});

describe('the account', () => {
  const line = encodeEntry({ ...began(minute(10)), at: iso(minute(10)) });
  it('counts a line that was being written for nothing, wherever it was cut off', () => {
    for (let cut = 0; cut < line.length; cut++)
      expect(decodeAccount(line + line.slice(0, cut))).toMatchObject({
        entries: { length: 1 },
        whole: line.length,
        fault: null,
      });
  });

  it.each([
    '{}',
    'x',
    '{"kind":"began","at":"2026-11-24T00:00:00Z"}',
    '{"at":"2026-11-24T00:00:00Z","kind":"started","format":"refit.schedule/2"}',
  ])('tells the number of a line that is no entry: %s', (bad) => {
    expect(decodeAccount(`${line}${bad}\n${line}`).fault).toBe(2);
  });
});

describe('a file of the folder', () => {
  const plan = 'version: 1\nname: x\ntargets: [{ instance: crs-5qlrlhux, shards: 8 }]\n';
  // biome-ignore format: one line a case
  it.each<[string, string, string, string | null]>([
    ['a plan with a schedule', 'a.yaml', `${plan}schedule: { cron: "* * * * *", timezone: UTC, does: run }`, 'scheduled'],
    ['a plan without one', 'a.yaml', plan, 'unscheduled'],
    ['a plan that is cut off', 'a.yaml', plan.slice(0, 30), 'invalid'],
    ['a list of approvers', 'approvers.yaml', '# who\n---\n- { name: wei }', null],
    ['a saved plan that is cut off', 'a.json', '{"format":"refit.saved-plan/1",', 'invalid'],
    ['a saved plan that was altered', 'a.json', '{"format":"refit.saved-plan/1","digest":"x"}', 'invalid'],
    ['an inventory', 'a.json', '{"format":"refit.inventory/1"}', null],
    ['a name that cannot name a folder', 'a b.yaml', plan, 'invalid'],
  ])('%s', (_, name, text, wanted) => {
    expect(readPlanFile(name, text)?.kind ?? null).toBe(wanted);
  });
});
