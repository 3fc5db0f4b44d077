/** The control socket of a run: any process may write to it. */
import { describe, expect, it } from 'vitest';
import { RefitError } from '../../../src/errors.ts';
import { message } from '../../../src/messages/messages.ts';
import type { ControlCommand } from '../../../src/model.ts';
import { answerLine } from '../../../src/run/control/answer-line.ts';
import { askRunStatus, sendControlCommand } from '../../../src/run/control/ask-run.ts';
import type { Control } from '../../../src/run/control/control.ts';
import { decodeControlRequest, encodeControlRequest } from '../../../src/run/control/control-request.ts';
import { answerTo, refusalOf, type Situation } from '../../../src/run/control/decide-command.ts';
import { LIMITS } from '../../../src/run/waits.ts';

const BY = { user: 'oncall', host: 'db-1', pid: 77 };
const PAUSE: ControlCommand = { kind: 'pause' };

describe('a request', () => {
  it.each<[string, ControlCommand]>([
    ['pause', PAUSE],
    ['continue', { kind: 'continue' }],
    ['drain', { kind: 'drain' }],
    ['abort', { kind: 'abort' }],
    ['set inFlight', { kind: 'set', setting: 'inFlight', value: 3 }],
    ['set requestsPerSecond', { kind: 'set', setting: 'requestsPerSecond', value: 2.5 }],
  ])('is read as it was written: %s', (_, command) => {
    const request = { kind: 'command', command, by: BY } as const;
    expect(decodeControlRequest(encodeControlRequest(request))).toEqual(request);
  });

  it('for the status needs nothing else, and keeps nothing else', () => {
    expect(decodeControlRequest('{"kind":"status","x":1}')).toEqual({ kind: 'status' });
  });

  const of = (command: unknown, by: unknown = BY) => JSON.stringify({ kind: 'command', command, by });
  it.each([
    ['a negative process id becomes 0', of(PAUSE, { ...BY, pid: -5 }), { ...BY, pid: 0 }],
    ['other members are dropped', of(PAUSE, { ...BY, x: 1 }), BY],
    [
      'a name of 200 characters is read',
      of(PAUSE, { ...BY, user: 'u'.repeat(200) }),
      { ...BY, user: 'u'.repeat(200) },
    ],
  ])('has an operator: %s', (_, line, by) => {
    expect(decodeControlRequest(line)).toEqual({ kind: 'command', command: PAUSE, by });
  });

  const LONG = `{"kind":"status"${' '.repeat(4_096 - '{"kind":"status"}'.length)}}`;
  it('of 4,096 characters is read, and one more is too long', () => {
    expect(decodeControlRequest(LONG)).toEqual({ kind: 'status' });
    expect(decodeControlRequest(`${LONG} `)).toMatchObject({ id: 'control.request-too-long' });
  });

  it.each([
    ['not JSON', 'status', 'request-not-json'],
    ['a text', '"status"', 'request-not-object'],
    ['null', 'null', 'request-not-object'],
    ['a list', '[{"kind":"status"}]', 'request-not-object'],
    ['no kind', '{}', 'request-kind'],
    ['an unknown kind', '{"kind":"stop"}', 'request-kind'],
    ['no command', of(undefined), 'request-command'],
    ['a command as a text', of('pause'), 'request-command'],
    ['a command as a list', of([PAUSE]), 'request-command'],
    ['an unknown command', of({ kind: 'resize' }), 'request-command'],
    ['an unknown setting', of({ kind: 'set', setting: 'patience', value: 1 }), 'request-command'],
    ['a setting as a text', of({ kind: 'set', setting: 'inFlight', value: '3' }), 'request-command'],
    ['no operator', of(PAUSE, null), 'request-operator'],
    ['an operator as a list', of(PAUSE, [BY]), 'request-operator'],
    ['an operator without a user', of(PAUSE, { ...BY, user: '' }), 'request-operator'],
    ['an operator without a host', of(PAUSE, { ...BY, host: 5 }), 'request-operator'],
    ['an operator with a long name', of(PAUSE, { ...BY, user: 'u'.repeat(201) }), 'request-operator'],
    ['a process id that is not whole', of(PAUSE, { ...BY, pid: 1.5 }), 'request-operator'],
  ])('is refused with its reason: %s', (_, line, id) => {
    expect(decodeControlRequest(line)).toEqual({ id: `control.${id}`, params: expect.anything() });
  });
});

describe('an answer', () => {
  const handled: unknown[] = [];
  const control = {
    status: () => ({ paused: null }),
    handle: async (...given: unknown[]) => {
      handled.push(given);
      return { accepted: true };
    },
  } as unknown as Control;

  it.each([
    ['a status', { kind: 'status' }, { paused: null }, []],
    ['a command', { kind: 'command', command: PAUSE, by: BY }, { accepted: true }, [[PAUSE, BY]]],
    ['what is no request', 5, { accepted: false, messageId: 'control.request-not-object' }, []],
  ])('is one line of JSON: %s', async (_, request, answer, calls) => {
    handled.length = 0;
    expect(JSON.parse(await answerLine(control, JSON.stringify(request)))).toMatchObject(answer);
    expect(handled).toEqual(calls);
  });

  it('comes back through the store of the run', async () => {
    const run = { name: 'runs/r1', ask: (line: string) => answerLine(control, line) };
    expect(await askRunStatus(run)).toEqual({ paused: null });
    expect(await sendControlCommand(run, PAUSE, BY)).toEqual({ accepted: true });
    const silent = { ...run, ask: async () => null };
    expect([await askRunStatus(silent), await sendControlCommand(silent, PAUSE, BY)]).toEqual([null, null]);
  });

  it('that is not JSON is an error that names the run', async () => {
    const error = await askRunStatus({ name: 'runs/r 1', ask: async () => 'ok' }).catch((one) => one);
    expect(error).toBeInstanceOf(RefitError);
    expect(error).toMatchObject({ code: 'run-silent', message: expect.stringContaining('runs/r 1') });
    expect(error.fix).toContain("refit status 'runs/r 1'");
  });
});

const PAUSED = { since: '2026-11-01T00:00:00.000Z', by: 'oncall@db-1' };
const SITUATION: Situation = {
  execution: { inFlight: 8, requestsPerSecond: 18 },
  ...{ isResting: false, isLeaving: false, stopping: null, paused: null },
  ...{ inFlight: 4, requestsPerSecond: 9, count: 3 },
};
const set = (setting: 'inFlight' | 'requestsPerSecond', value: number): ControlCommand => ({
  ...{ kind: 'set', setting, value },
});

describe('the answer to a command', () => {
  it.each<[string, ControlCommand, Partial<Situation>, string, object]>([
    ['pause', PAUSE, {}, 'paused', { inFlight: 3, limit: LIMITS.paused }],
    ['continue', { kind: 'continue' }, { paused: PAUSED }, 'continued', { since: PAUSED.since }],
    ['continue without a pause', { kind: 'continue' }, {}, 'continued', { since: '' }],
    ['drain', { kind: 'drain' }, {}, 'draining', { inFlight: 3 }],
    ['abort', { kind: 'abort' }, {}, 'aborting', { inFlight: 3 }],
    ['set inFlight', set('inFlight', 2), {}, 'in-flight-set', { from: 4, to: 2, inFlight: 3 }],
    ['set requestsPerSecond', set('requestsPerSecond', 18), {}, 'rate-set', { from: 9, to: 18 }],
  ])('says what happens now: %s', (_, command, situation, id, params) => {
    expect(answerTo(command, { ...SITUATION, ...situation })).toEqual({ id: `control.${id}`, params });
  });

  const leaving = message('control.request-kind');
  it.each<[string, ControlCommand, Partial<Situation>, string | null]>([
    ['any, once the process rests', { kind: 'abort' }, { isResting: true, isLeaving: true }, 'resting'],
    ['any, after an abort', PAUSE, { isLeaving: true }, 'aborting-already'],
    ['abort while the run stops', { kind: 'abort' }, { stopping: leaving }, null],
    ['inFlight while the run stops', set('inFlight', 2), { stopping: leaving }, 'stopping'],
    ['requestsPerSecond while the run stops', set('requestsPerSecond', 2), { stopping: leaving }, null],
    ['the least rate', set('requestsPerSecond', 0.1), {}, null],
    ['a rate below it', set('requestsPerSecond', 0.099), {}, 'out-of-range'],
    ['one in flight', set('inFlight', 1), {}, null],
    ['none in flight', set('inFlight', 0), {}, 'out-of-range'],
    ['the approved rate', set('requestsPerSecond', 18), {}, null],
    ['a rate above it', set('requestsPerSecond', 18.001), {}, 'above-approved'],
    ['no number', set('inFlight', Number.NaN), {}, 'out-of-range'],
    [
      'a plan with a rate below the least one',
      set('requestsPerSecond', 0.05),
      { execution: { inFlight: 8, requestsPerSecond: 0.05 } },
      null,
    ],
  ])('is a refusal, or not: %s', (_, command, situation, id) => {
    expect(refusalOf(command, { ...SITUATION, ...situation })?.id ?? null).toBe(id && `control.${id}`);
  });
});
