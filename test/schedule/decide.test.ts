/** The decisions about due times, and the meaning of exit codes, as tables. */
import { describe, expect, it } from 'vitest';
import { message, textOf } from '../../src/messages/messages.ts';
import type { SavedWindows, Schedule } from '../../src/model.ts';
import { afterAttempt } from '../../src/schedule/after-attempt.ts';
import { decide, type PlanSwitch, type RunProgress, type RunRequest } from '../../src/schedule/decide.ts';
import { type FileReading, readPlanFile, scheduleSignature } from '../../src/schedule/plan-file.ts';
import { decodeScheduleLog, encodeEntry } from '../../src/schedule/schedule-entry.ts';
import {
  EMPTY_STATE,
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
  readonly log?: readonly [number, ScheduleEvent][];
  readonly now: number;
  readonly inProgress?: boolean;
  readonly switched?: PlanSwitch;
  readonly request?: RunRequest;
  readonly removed?: boolean;
  readonly run?: RunProgress;
}

/** The decisions about one plan that was scheduled at minute 1, each in short form. */
function decisions({
  schedule = EVERY,
  log = [],
  now,
  inProgress,
  switched,
  request,
  removed,
  run,
}: Case): string[] {
  const file = scheduledFile('p.yaml', schedule);
  const state = log.reduce<ScheduleState>(
    (before, [at, event]) => foldEntry(before, { ...event, at: iso(at) }),
    foldEntry(EMPTY_STATE, {
      kind: 'scheduled',
      plan: 'p.yaml',
      schedule: signature(file),
      at: iso(minute(1)),
    }),
  );
  return decide({
    state,
    view: {
      files: removed ? [] : [file],
      switches: new Map(switched ? [['p.yaml', switched]] : []),
      requests: request ? [request] : [],
    },
    now,
    inProgress: new Set(inProgress ? ['p.yaml'] : []),
    removed: new Set(removed ? ['p.yaml'] : []),
    ...(run && { runs: new Map([['r', run]]) }),
  }).map((one) => {
    const { due, ...rest } =
      one.kind === 'start' ? one.start : (one.event as ScheduleEvent & { due?: string });
    const when = due === undefined ? '' : ` ${due.slice(11, 16)}`;
    if (one.kind === 'start') return `start${when} ${one.start.reason}`;
    const { reason = '', count } = rest as { reason?: string; count?: number };
    return `${one.event.kind}${when}${reason ? ` ${reason}` : ''}${count === undefined ? '' : ` x${count}`}`;
  });
}

function signature(file: FileReading): string {
  if (file.kind !== 'scheduled') throw new Error('not scheduled');
  return scheduleSignature(file.plan);
}

describe('a plan that somebody put into a store while no scheduler lived', () => {
  const BY = { user: 'wei', host: 'ops-1' };
  const put = { kind: 'put', plan: 'p.yaml', by: BY, from: 'command', replaces: false } as const;
  /** Decisions at `now`, from entries with their times. */
  const decided = (now: number, schedule: Schedule, ...log: readonly [number, ScheduleEvent][]) => {
    const file = scheduledFile('p.yaml', schedule);
    const scheduled = { kind: 'scheduled', plan: 'p.yaml', schedule: signature(file) } as const;
    const state = [...log, [now - 1_000, scheduled] as const].reduce<ScheduleState>(
      (before, [at, event]) => foldEntry(before, { ...event, at: iso(at) }),
      EMPTY_STATE,
    );
    const view = { files: [file], switches: new Map(), requests: [] };
    return decide({ state, view, now, inProgress: new Set(), removed: new Set() }).map((one) =>
      one.kind === 'start' ? `${one.start.due} ${one.start.reason}` : one.event.kind,
    );
  };
  const once: Schedule = { ...EVERY, when: { kind: 'once', at: iso(minute(30)), zone: 'UTC' } };
  const text = { ...put, sha256: 'ab'.repeat(32) };

  it('is due from the moment on at which it was put', () => {
    expect(decided(minute(45), once, [minute(5), text])).toEqual([`${iso(minute(30))} caught-up`]);
  });

  it('says so if it is too late to catch up', () => {
    expect(decided(minute(45), { ...once, catchUp: 'skip' }, [minute(5), text])).toEqual(['skipped']);
  });

  it('ignores due times before it was put, or after it was removed', () => {
    expect(decided(minute(45), once, [minute(35), text])).toEqual([]);
    const removed = { kind: 'removed', plan: 'p.yaml' } as const;
    expect(decided(minute(45), once, [minute(5), text], [minute(20), removed])).toEqual([]);
  });
});

const started = (due: number): ScheduleEvent => ({
  kind: 'attempt-started',
  plan: 'p.yaml',
  due: iso(due),
  reason: 'due',
  does: 'run',
  digest: null,
  entries: 0,
});
const ended = (due: number): ScheduleEvent => ({
  kind: 'ended',
  plan: 'p.yaml',
  due: iso(due),
  exitCode: 0,
  message: message('schedule.exited', { exitCode: 0 }),
});
const postponed = (due: number, continuesAt: number): ScheduleEvent => ({
  kind: 'postponed',
  plan: 'p.yaml',
  due: iso(due),
  exitCode: 8,
  continuesAt: iso(continuesAt),
  message: message('schedule.waits-for-window'),
  entries: 3,
});
const submitted = (due: number): ScheduleEvent => ({
  ...{ kind: 'submitted', plan: 'p.yaml', due: iso(due), run: 'r', digest: 'd' },
});
/** An occurrence whose run is in a store. */
const SUBMITTED: Case['log'] = [
  [minute(10), started(minute(10))],
  [minute(10), submitted(minute(10))],
];
const RESTORED: Case['log'] = [[minute(21), { kind: 'restored', generation: 2, until: iso(minute(21)) }]];
const requested = (at: number): RunRequest => ({ id: 'r1', plan: 'p.yaml', at, by: 'wei' });

describe('decide', () => {
  // biome-ignore format: one line a case
  it.each<[string, Case, string[]]>([
    ['leaves a live run of a store to its workers', { log: SUBMITTED, now: minute(15), run: { state: 'live', exitCode: 0 } }, []],
    ['refuses a due time while the run of the last one is live', { log: SUBMITTED, now: minute(20), run: { state: 'live', exitCode: 0 } }, ['refused 00:20 overlap']],
    ['ends an occurrence with its run', { log: SUBMITTED, now: minute(15), run: { state: 'ended', exitCode: 3 } }, ['ended 00:10']],
    ['ends an occurrence whose run stopped at a threshold', { log: SUBMITTED, now: minute(15), run: { state: 'stopped', exitCode: 4 } }, ['ended 00:10']],
    ['postpones an occurrence whose run failed', { log: SUBMITTED, now: minute(15), run: { state: 'stopped', exitCode: 1 } }, ['postponed 00:10']],
    ['ends an occurrence whose run has ended with a failure', { log: SUBMITTED, now: minute(15), run: { state: 'ended', exitCode: 1 } }, ['ended 00:10']],
    ['ends an occurrence whose run is missing', { log: SUBMITTED, now: minute(15), run: { state: 'missing', exitCode: 6 } }, ['ended 00:10']],
    ['waits for a run that it has not read yet', { log: SUBMITTED, now: minute(15) }, []],
    ['resumes an occurrence before its run', { log: SUBMITTED.slice(0, 1), now: minute(15) }, ['start 00:10 resumed']],
    ['leaves it while another scheduler holds it', { log: SUBMITTED.slice(0, 1), now: minute(15), inProgress: true }, []],
    ['skips the due times up to a restore', { log: RESTORED, now: minute(22) }, ['skipped 00:20 missed x2']],
    ['starts the due time after a restore, and skips those before it', { log: RESTORED, now: minute(30) }, ['skipped 00:20 missed x2', 'start 00:30 due']],
    ['answers no request of before a restore', { log: RESTORED, now: minute(21.5), request: requested(minute(5)) }, ['skipped 00:20 missed x2', 'refused 00:05 not-scheduled']],
    ['does nothing before the due time', { now: minute(9) }, []],
    ['starts at the due time', { now: minute(10) }, ['start 00:10 due']],
    ['starts a moment later', { now: minute(10) + 59_000 }, ['start 00:10 due']],
    ['catches up minutes later', { now: minute(15) }, ['start 00:10 caught-up']],
    ['catches up only the newest of several missed times', { now: minute(35) }, ['skipped 00:20 missed x2', 'start 00:30 caught-up']],
    ['starts the newest on time after several missed times', { now: minute(30) }, ['skipped 00:20 missed x2', 'start 00:30 due']],
    ['catches up no missed time with catchUp: skip', { now: minute(35), schedule: { ...EVERY, catchUp: 'skip' } }, ['skipped 00:30 missed x3']],
    ['starts a time that is due now with catchUp: skip', { now: minute(10), schedule: { ...EVERY, catchUp: 'skip' } }, ['start 00:10 due']],
    ['catches up within catchUpWithin', { now: minute(12), schedule: { ...EVERY, catchUpWithin: 300_000 } }, ['start 00:10 caught-up']],
    ['skips a time that is older than catchUpWithin', { now: minute(16), schedule: { ...EVERY, catchUpWithin: 300_000 } }, ['skipped 00:10 missed x1']],
    ['does nothing about a due time with a decision', { now: minute(11), log: [[minute(10), started(minute(10))], [minute(10), ended(minute(10))]] }, []],
    ['refuses while the previous occurrence is in progress', { now: minute(20), inProgress: true, log: [[minute(10), started(minute(10))]] }, ['refused 00:20 overlap']],
    ['resumes an attempt whose scheduler died', { now: minute(11), log: [[minute(10), started(minute(10))]] }, ['start 00:10 resumed']],
    ['does nothing while an attempt starts that is not in the log yet', { now: minute(10), inProgress: true }, []],
    ['does not continue a postponed occurrence before its time', { now: minute(11), log: [[minute(10), started(minute(10))], [minute(10), postponed(minute(10), minute(15))]] }, []],
    ['continues a postponed occurrence at its time', { now: minute(15), log: [[minute(10), started(minute(10))], [minute(10), postponed(minute(10), minute(15))]] }, ['start 00:10 continued']],
    ['does not continue a postponed occurrence of a disabled plan', { now: minute(15), switched: { enabled: false, at: minute(12) }, log: [[minute(10), started(minute(10))], [minute(10), postponed(minute(10), minute(15))]] }, []],
    ['ends a postponed occurrence of a removed plan', { now: minute(15), removed: true, log: [[minute(10), started(minute(10))], [minute(10), postponed(minute(10), minute(15))]] }, ['ended 00:10', 'removed']],
    ['resumes an attempt of a removed plan', { now: minute(11), removed: true, log: [[minute(10), started(minute(10))]] }, ['start 00:10 resumed', 'removed']],
    ['skips the due times of a disabled plan', { now: minute(20), switched: { enabled: false, at: minute(5) } }, ['skipped 00:20 disabled x2']],
    ['does not catch up due times from before a plan was enabled', { now: minute(25), switched: { enabled: true, at: minute(22) } }, []],
    ['starts on request', { now: minute(5), request: requested(minute(4)) }, ['start 00:04 requested']],
    ['refuses a request while an attempt is in progress', { now: minute(11), inProgress: true, log: [[minute(10), started(minute(10))]], request: requested(minute(11)) }, ['refused 00:11 overlap']],
    ['refuses a request at the due time, which starts', { now: minute(10), request: requested(minute(10)) }, ['start 00:10 due', 'refused 00:10 overlap']],
    ['continues a postponed occurrence on request', { now: minute(11), log: [[minute(10), started(minute(10))], [minute(10), postponed(minute(10), minute(15))]], request: requested(minute(11)) }, ['start 00:10 requested']],
    ['starts a disabled plan on request', { now: minute(5), switched: { enabled: false, at: minute(3) }, request: requested(minute(4)) }, ['start 00:04 requested']],
    ['does not answer a request twice', { now: minute(5), request: requested(minute(4)), log: [[minute(4), { kind: 'refused', plan: 'p.yaml', due: iso(minute(4)), reason: 'overlap', message: message('schedule.starting'), request: 'r1' }]] }, []],
    ['schedules a changed plan without earlier due times', { now: minute(15), schedule: { ...EVERY, when: { kind: 'cron', cron: '*/5 * * * *', timezone: 'UTC' } }, log: [[minute(1), { kind: 'scheduled', plan: 'p.yaml', schedule: 'another' }]] }, ['scheduled']],
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

describe('afterAttempt', () => {
  const windowed = { windows: WINDOWS, finishBy: null };
  // biome-ignore format: one line a case
  it.each<[string, Partial<Parameters<typeof afterAttempt>[0]>, string | null]>([
    ['ends after 0', { exitCode: 0 }, null],
    ['continues after 8 when the next window opens', { exitCode: 8, sealed: windowed }, '2026-11-24T01:00'],
    ['continues after 8 at the close on the next day', { exitCode: 8, sealed: windowed, now: minute(120) }, '2026-11-25T01:00'],
    ['ends after 8 without windows, because finishBy is over', { exitCode: 8, sealed: { finishBy: iso(MIDNIGHT) } }, null],
    ['ends after 8 when finishBy comes before the next window', { exitCode: 8, sealed: { windows: WINDOWS, finishBy: iso(minute(30)) } }, null],
    ['checks approvals again in the next window after 11 of a saved plan', { exitCode: 11, sealed: windowed, schedule: EVERY }, '2026-11-24T01:00'],
    ['checks approvals in the following window after 11 within a window', { exitCode: 11, sealed: windowed, schedule: EVERY, now: minute(90) }, '2026-11-25T01:00'],
    ['checks approvals at the next due time after 11 without windows', { exitCode: 11, sealed: { finishBy: null }, schedule: EVERY }, '2026-11-24T00:10'],
    ['ends after 11 of a plan that is not saved', { exitCode: 11, sealed: windowed }, null],
    ['tries again soon after 7', { exitCode: 7 }, '2026-11-24T00:00'],
    ['tries again after 1', { exitCode: 1, failures: 4 }, '2026-11-24T00:05'],
    ['ends after the sixth 1 in a row', { exitCode: 1, failures: 5 }, null],
    ...[2, 3, 4, 5, 6, 10, 12, 64, 65, 130, 143].map((exitCode): [string, { exitCode: number }, null] =>
      [`ends after ${exitCode} and waits for a person`, { exitCode }, null]),
  ])('%s', (_, given, wanted) => {
    const { continuesAt, message: reason } = afterAttempt({ exitCode: 0, failures: 0, sealed: null, schedule: null, now: MIDNIGHT, ...given });
    expect(continuesAt === null ? null : iso(continuesAt).slice(0, 16)).toBe(wanted);
    expect(textOf(reason)).not.toMatch(/^$|schedule\./);
  });
});

describe('decodeScheduleLog', () => {
  const line = encodeEntry({ ...started(minute(10)), at: iso(minute(10)) });
  it('ignores an unfinished last line, wherever it was cut off', () => {
    for (let cut = 0; cut < line.length; cut++)
      expect(decodeScheduleLog(line + line.slice(0, cut))).toMatchObject({
        entries: { length: 1 },
        whole: line.length,
        fault: null,
      });
  });

  it.each([
    '{}',
    'x',
    '{"kind":"attempt-started","at":"2026-11-24T00:00:00Z"}',
    '{"at":"2026-11-24T00:00:00Z","kind":"started","format":"refit.schedule/2"}',
    '{"at":"2026-11-24T00:00:00Z","kind":"ended","plan":"p.yaml","exitCode":0}',
  ])('finds the number of a line that is not an entry: %s', (bad) => {
    expect(decodeScheduleLog(`${line}${bad}\n${line}`).fault).toBe(2);
  });
});

describe('readPlanFile', () => {
  const plan = 'version: 1\nname: x\ntargets: [{ instance: crs-5qlrlhux, shards: 8 }]\n';
  // biome-ignore format: one line a case
  it.each<[string, string, string, string | null]>([
    ['accepts a plan with a schedule', 'a.yaml', `${plan}schedule: { cron: "* * * * *", timezone: UTC, does: run }`, 'scheduled'],
    ['reports a plan without a schedule', 'a.yaml', plan, 'unscheduled'],
    ['rejects a truncated plan', 'a.yaml', plan.slice(0, 30), 'invalid'],
    ['ignores a list of approvers', 'approvers.yaml', '# who\n---\n- { name: wei }', null],
    ['rejects a truncated saved plan', 'a.json', '{"format":"refit.saved-plan/2",', 'invalid'],
    ['rejects an altered saved plan', 'a.json', '{"format":"refit.saved-plan/2","digest":"x"}', 'invalid'],
    ['ignores an inventory', 'a.json', '{"format":"refit.inventory/1"}', null],
    ['rejects a name that is not valid as a folder name', 'a b.yaml', plan, 'invalid'],
  ])('%s', (_, name, text, wanted) => {
    expect(readPlanFile(name, text)?.kind ?? null).toBe(wanted);
  });

  it.each<[string, string, string]>([
    ['on one line', '[{ instance: crs-5qlrlhux, shards: 8 }]\n', '[{ instance: crs-5qlrlhux, shards: 8 }]'],
    [
      'as a list, with comments',
      '\n  # big ones\n  - instance: crs-5qlrlhux\n    shards: 8 # now 4\n\n# end\n',
      '  # big ones\n  - instance: crs-5qlrlhux\n    shards: 8 # now 4',
    ],
    [
      'as a list at the margin',
      '\n- instance: crs-5qlrlhux\n  shards: 8\n',
      '- instance: crs-5qlrlhux\n  shards: 8',
    ],
  ])('keeps the text of targets %s', (_, targets, wanted) => {
    const text = `version: 1\nname: x\ntargets: ${targets}schedule: { cron: "* * * * *", timezone: UTC, does: run }`;
    expect(readPlanFile('a.yaml', text)).toMatchObject({ plan: { targets: wanted } });
  });
});
