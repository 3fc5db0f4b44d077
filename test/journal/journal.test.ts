import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical } from '../../src/digest.ts';
import { decode, EMPTY_CHAIN, GENESIS, seal } from '../../src/journal/chain.ts';
import { isFinished, replay, totals } from '../../src/journal/replay.ts';
import {
  JOURNAL_FORMAT,
  type JournalEntry,
  type JournalEvent,
  OUTCOMES,
  type Size,
  type StepState,
} from '../../src/model.ts';
import { words } from '../messages/words.ts';

const S = 'crs-aaaa0001/memoryPerShard';
const OTHER = 'crs-aaaa0002/memoryPerShard';
const SIZE: Size = { memoryPerShard: 8192, shards: 1, replicas: 1 };
const STARTED_AT = Date.UTC(2026, 10, 1, 2, 0, 0);

const started = (resumed = false): JournalEvent => ({
  kind: 'run-started',
  format: JOURNAL_FORMAT,
  plan: 'story',
  digest: 'd'.repeat(64),
  resumed,
  cutOff: 0,
  by: { user: 'dba', host: 'here', pid: 1 },
  endpoint: 'tencentcloudapi.com',
  version: '0.0.0',
});
const intent = (attempt = 1, step = S): JournalEvent => ({ kind: 'intent', step, attempt, size: SIZE });
const notSent = (attempt = 1): JournalEvent => ({
  kind: 'not-sent',
  step: S,
  attempt,
  reason: words('its request slot expired'),
});
const accepted = (attempt = 1, step = S): JournalEvent => ({
  kind: 'accepted',
  step,
  attempt,
  order: `order-${attempt}`,
  requestId: `r-${attempt}`,
  sentAt: '2026-11-01T02:00:01.000Z',
});
const refused = (
  next: Extract<JournalEvent, { kind: 'refused' }>['next'],
  code = 'Some.Code',
  step = S,
): JournalEvent => ({
  kind: 'refused',
  step,
  attempt: 1,
  code,
  message: 'no',
  requestId: 'r-9',
  sentAt: '2026-11-01T02:00:01.000Z',
  next,
});
const noAnswer: JournalEvent = {
  kind: 'no-answer',
  step: S,
  attempt: 1,
  reason: words('reset'),
  sentAt: '2026-11-01T02:00:01.000Z',
};
const resolved = (executed: boolean, order: string | null = null): JournalEvent => ({
  kind: 'resolved',
  step: S,
  attempt: 1,
  executed,
  order,
  evidence: words('billing lists it'),
});
const ended = (
  outcome: Extract<JournalEvent, { kind: 'step-ended' }>['outcome'],
  step = S,
): JournalEvent => ({
  kind: 'step-ended',
  step,
  outcome,
  code: null,
  message: words(outcome),
  size: SIZE,
  billed: null,
});
const runEnded = (
  because: Extract<JournalEvent, { kind: 'run-ended' }>['because'],
  exitCode = 0,
): JournalEvent => ({
  kind: 'run-ended',
  because,
  exitCode,
});

function chain(...events: JournalEvent[]): JournalEntry[] {
  let end = EMPTY_CHAIN;
  return events.map((event, n) => {
    const entry = seal(end, new Date(STARTED_AT + n * 1000).toISOString(), event);
    end = { seq: entry.seq, hash: entry.hash };
    return entry;
  });
}
const textOf = (entries: readonly JournalEntry[]) => entries.map((entry) => `${canonical(entry)}\n`).join('');
const stateOf = (...events: JournalEvent[]) =>
  replay({ steps: [{ id: S }, { id: OTHER }] as never }, chain(...events));
const stepOf = (...events: JournalEvent[]): StepState => stateOf(...events).steps.get(S)!;

const SMALL = chain(
  started(),
  { kind: 'wave-started', wave: 0, name: 'größte Welle ‮ "quoted"' },
  intent(),
  accepted(),
  ended('verified'),
  runEnded('done'),
);
const TEXT = textOf(SMALL);
const SEED = Number(process.env.SEED ?? 20261101);

describe('decode', () => {
  it('returns the encoded entries and the end of the chain', () => {
    expect(decode(TEXT)).toEqual({
      entries: SMALL,
      end: { seq: 6, hash: SMALL.at(-1)!.hash },
      fault: null,
      torn: null,
    });
  });

  it('returns the empty chain for an empty text', () => {
    expect(decode('')).toEqual({ entries: [], end: { seq: 0, hash: GENESIS }, fault: null, torn: null });
  });

  it('gives each line its number, its time, the previous hash and its own', () => {
    for (const [n, line] of TEXT.trimEnd().split('\n').entries())
      expect(JSON.parse(line)).toMatchObject({
        seq: n + 1,
        prev: n === 0 ? GENESIS : SMALL[n - 1]!.hash,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
  });

  it('reports a last line without its line feed as torn, not as a fault, at any length', () => {
    const whole = TEXT.lastIndexOf('\n', TEXT.length - 2) + 1;
    for (let length = whole + 1; length < TEXT.length; length++) {
      const read = decode(TEXT.slice(0, length));
      expect(read).toMatchObject({ fault: null, torn: TEXT.slice(whole, length), end: { seq: 5 } });
    }
  });

  it('finds every change of one character', () => {
    for (let at = 0; at < TEXT.length - 1; at++) {
      const was = TEXT[at]!;
      for (const now of ['0', ' ', 'x'].filter((one) => one !== was)) {
        const read = decode(TEXT.slice(0, at) + now + TEXT.slice(at + 1));
        expect(read.fault, `at ${at}: ${JSON.stringify(was)} became ${JSON.stringify(now)}`).not.toBeNull();
      }
    }
  });

  it('reports a changed last line feed as a torn line', () => {
    expect(decode(`${TEXT.slice(0, -1)}x`)).toMatchObject({ fault: null, end: { seq: 5 } });
  });

  it(`finds any random edit of a whole journal (seed ${SEED})`, () => {
    const edit = fc.oneof(
      fc.record({
        kind: fc.constant('change' as const),
        at: fc.nat(TEXT.length - 2),
        to: fc.string({ minLength: 1, maxLength: 3 }),
      }),
      fc.record({
        kind: fc.constant('remove' as const),
        at: fc.nat(TEXT.length - 2),
        length: fc.integer({ min: 1, max: 400 }),
      }),
      fc.record({
        kind: fc.constant('insert' as const),
        at: fc.nat(TEXT.length - 1),
        text: fc.string({ minLength: 1, maxLength: 20 }),
      }),
      fc.record({ kind: fc.constant('swap' as const), a: fc.nat(5), b: fc.nat(5) }),
      fc.record({ kind: fc.constant('twice' as const), line: fc.nat(5) }),
      fc.record({ kind: fc.constant('drop' as const), line: fc.nat(4) }),
    );
    fc.assert(
      fc.property(edit, (one) => {
        const lines = TEXT.trimEnd().split('\n');
        let text = TEXT;
        if (one.kind === 'change') text = TEXT.slice(0, one.at) + one.to + TEXT.slice(one.at + one.to.length);
        if (one.kind === 'remove') text = TEXT.slice(0, one.at) + TEXT.slice(one.at + one.length);
        if (one.kind === 'insert') text = TEXT.slice(0, one.at) + one.text + TEXT.slice(one.at);
        if (one.kind === 'swap') [lines[one.a], lines[one.b]] = [lines[one.b]!, lines[one.a]!];
        if (one.kind === 'twice') lines.splice(one.line, 0, lines[one.line]!);
        if (one.kind === 'drop') lines.splice(one.line, 1);
        if (one.kind === 'swap' || one.kind === 'twice' || one.kind === 'drop')
          text = `${lines.join('\n')}\n`;
        fc.pre(text !== TEXT);
        const read = decode(text);
        // Only an external head reveals a cut between two lines. Any other cut is torn.
        const cut = TEXT.startsWith(text);
        const caught = read.fault !== null || read.torn !== null || cut;
        return caught && read.entries.every((entry, n) => entry.hash === SMALL[n]!.hash);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it.each([
    ['another run follows', TEXT + textOf(chain(started())), /seq is 1, expected 7/],
    [
      'an entry of another chain has the right number',
      `${TEXT}${canonical(seal({ seq: 6, hash: 'a'.repeat(64) }, SMALL[0]!.at, runEnded('done')))}\n`,
      /prev/,
    ],
    ['white space is added', TEXT.replace('{', '{ '), /canonical/],
    ['a key is written twice', TEXT.replace('"seq":1', '"seq":1,"seq":1'), /canonical/],
    ['the lines end with CRLF', TEXT.replaceAll('\n', '\r\n'), /canonical|not JSON/],
    ['there is an empty line', TEXT.replace('\n', '\n\n'), /not JSON/],
    ['a line is not an object', `[]\n${TEXT}`, /not an entry/],
    ['a line is null', `null\n${TEXT}`, /not an entry/],
    ['a line is nested too deep', `${'['.repeat(50_000)}${']'.repeat(50_000)}\n`, /not an entry|not JSON/],
    [
      'a line has a key that objects inherit',
      `{"__proto__":{"seq":1},"hash":"x"}\n`,
      /seq|hash|prev|canonical/,
    ],
  ])('reports the fault if %s', (_, text, what) => {
    expect(decode(text).fault?.message).toMatch(what);
  });

  it('stops at the first fault and keeps the entries before it', () => {
    const lines = TEXT.split('\n');
    lines[3] = lines[3]!.replace('order-1', 'order-2');
    const read = decode(lines.join('\n'));
    expect(read.fault).toEqual({ line: 4, message: expect.stringMatching(/hash/) });
    expect(read.entries).toEqual(SMALL.slice(0, 3));
  });
});

describe('replay', () => {
  it.each<[string, JournalEvent[], Partial<StepState>]>([
    ['nothing was done', [], { phase: 'waiting', outcome: 'not-run', attempts: 0, startedAt: null }],
    [
      'it was ordered, and nothing is known',
      [intent()],
      {
        phase: 'ordering',
        outcome: 'unknown',
        attempts: 1,
        startedAt: '2026-11-01T02:00:01.000Z',
        intentAt: '2026-11-01T02:00:01.000Z',
      },
    ],
    ['nothing was sent for it', [intent(), notSent()], { phase: 'waiting', outcome: 'not-run', attempts: 0 }],
    [
      'nothing was sent the second time',
      [intent(), refused('try-again'), intent(2), notSent(2)],
      { phase: 'waiting', outcome: 'not-run', attempts: 1, unresolved: 0, requestIds: ['r-9'] },
    ],
    [
      'it was accepted',
      [intent(), accepted()],
      {
        phase: 'following',
        outcome: 'unknown',
        orders: ['order-1'],
        requestIds: ['r-1'],
        acceptedAt: '2026-11-01T02:00:02.000Z',
      },
    ],
    [
      'it got no answer',
      [intent(), noAnswer],
      { phase: 'unanswered', outcome: 'unknown', code: null, unresolved: 1 },
    ],
    [
      'it was executed, with its order',
      [intent(), noAnswer, resolved(true, 'order-7')],
      { phase: 'following', outcome: 'unknown', orders: ['order-7'], acceptedAt: '2026-11-01T02:00:03.000Z' },
    ],
    [
      'it was executed, with an order that was known',
      [intent(), accepted(), resolved(true, 'order-1')],
      { orders: ['order-1'], acceptedAt: '2026-11-01T02:00:02.000Z' },
    ],
    [
      'it was executed, without a number',
      [intent(), noAnswer, resolved(true)],
      { phase: 'following', orders: [] },
    ],
    [
      'it was not executed',
      [intent(), noAnswer, resolved(false)],
      { phase: 'waiting', outcome: 'not-run', attempts: 1, unresolved: 1 },
    ],
    [
      'it was refused for now',
      [intent(), refused('wait')],
      { phase: 'waiting', outcome: 'not-run', code: 'Some.Code', unresolved: 0 },
    ],
    [
      'it was refused with a code that proves nothing',
      [intent(), refused('read-first')],
      { phase: 'unanswered', outcome: 'unknown', code: 'Some.Code' },
    ],
    [
      'it was ordered again after such a code',
      [intent(), refused('read-first'), resolved(false), intent(2)],
      {
        phase: 'ordering',
        outcome: 'unknown',
        attempts: 2,
        unresolved: 2,
        startedAt: '2026-11-01T02:00:01.000Z',
        intentAt: '2026-11-01T02:00:04.000Z',
      },
    ],
    [
      'it ended',
      [intent(), accepted(), ended('verified')],
      { phase: 'ended', outcome: 'verified', endedAt: '2026-11-01T02:00:03.000Z', size: SIZE },
    ],
    [
      'its instance was read',
      [{ kind: 'instance-read', step: S, status: 'running', size: SIZE }],
      { phase: 'waiting', outcome: 'not-run', size: SIZE },
    ],
  ])('%s', (_, events, expected) => {
    expect(stepOf(started(), ...events)).toMatchObject(expected);
  });

  it.each<[string, JournalEvent[], Partial<StepState>]>([
    [
      'an unknown that was never accepted is resolved again',
      [intent(), ended('unknown'), runEnded('halted', 10)],
      { phase: 'unanswered', outcome: 'unknown', endedAt: null },
    ],
    [
      'an unknown that was accepted is followed again',
      [intent(), accepted(), ended('unknown'), runEnded('halted', 10)],
      { phase: 'following', outcome: 'unknown', endedAt: null },
    ],
    [
      'a refusal that affects every order opens the step again',
      [intent(), refused('halt'), ended('refused'), runEnded('halted', 4)],
      { phase: 'waiting', outcome: 'not-run', endedAt: null, attempts: 1 },
    ],
    [
      'a refusal of this step alone stays',
      [intent(), refused('skip'), ended('refused'), runEnded('done', 3)],
      { phase: 'ended', outcome: 'refused' },
    ],
    [
      'a step that was ordered when the process died is still unknown',
      [intent()],
      { phase: 'ordering', outcome: 'unknown' },
    ],
    [
      'a verified step stays verified',
      [intent(), accepted(), ended('verified'), runEnded('halted', 4)],
      { phase: 'ended', outcome: 'verified' },
    ],
  ])('after a resume: %s', (_, events, expected) => {
    expect(stepOf(started(), ...events, started(true))).toMatchObject(expected);
  });

  it('resuming a halted run acknowledges its failures; resuming after a crash does not', () => {
    const failed = [started(), intent(), accepted(), ended('failed')];
    expect([...stateOf(...failed, runEnded('halted', 4), started(true)).acknowledged]).toEqual([S]);
    expect([...stateOf(...failed, started(true)).acknowledged]).toEqual([]);
    expect([...stateOf(...failed, runEnded('drained', 130), started(true)).acknowledged]).toEqual([]);
  });

  it('a bill that is read after the end of its step changes only the bill', () => {
    const done = [started(), intent(), accepted(), ended('verified')];
    const billed = { amount: 412, currency: 'CNY' };
    expect(stepOf(...done, { kind: 'billed', step: S, billed })).toEqual({ ...stepOf(...done), billed });
  });

  it('a resumed run has not ended, and counts its starts', () => {
    const state = stateOf(
      started(),
      { kind: 'stopping', because: 'drained', message: words('drained by an operator') },
      runEnded('drained', 130),
      started(true),
    );
    expect(state).toMatchObject({
      starts: 2,
      endedAt: null,
      endedBecause: null,
      exitCode: null,
      stopping: null,
      startedAt: '2026-11-01T02:00:00.000Z',
    });
  });

  it.each([
    ['drain', true, true],
    ['abort', true, true],
    ['drain', false, false],
    ['pause', true, false],
  ] as const)('%s, accepted: %s, stops the last process: %s', (name, accepted, stopCommanded) => {
    const by = { user: 'dba', host: 'here', pid: 1 };
    const command: JournalEvent = {
      kind: 'control-command',
      command: name,
      value: null,
      by,
      accepted,
      message: words('accepted'),
    };
    expect(stateOf(started(), command, runEnded('drained', 5))).toMatchObject({
      stopCommanded,
      exitCode: 5,
    });
    expect(stateOf(started(), command, runEnded('drained', 5), started(true))).toMatchObject({
      stopCommanded: false,
      exitCode: null,
    });
  });

  it('counts calls by second and action, orders by their entries, and refusals by limit', () => {
    const { calls, callsBySecond } = stateOf(
      started(),
      { kind: 'calls', counts: [[1_000, 'DescribeInstances', 2, 0]] },
      { kind: 'calls', counts: [[1_000, 'DescribeInstances', 1, 1]] },
      intent(),
      refused('try-again', 'RequestLimitExceeded'),
      intent(2),
      accepted(2),
      intent(1, OTHER),
      notSent(),
    );
    expect(Object.fromEntries(calls)).toEqual({
      DescribeInstances: { count: 3, refusedByLimit: 1 },
      UpgradeInstance: { count: 2, refusedByLimit: 1 },
    });
    expect(callsBySecond).toEqual([
      [1_000, 'DescribeInstances', 3, 1],
      [Date.parse('2026-11-01T02:00:01.000Z') / 1000, 'UpgradeInstance', 2, 1],
    ]);
  });

  it.each<[string, JournalEvent[], boolean]>([
    ['it has not ended', [intent(), accepted(), ended('verified'), ended('skipped', OTHER)], false],
    [
      'every step has an end',
      [intent(), accepted(), ended('verified'), ended('skipped', OTHER), runEnded('done', 3)],
      true,
    ],
    ['something was not run', [intent(), accepted(), ended('verified'), runEnded('drained', 130)], false],
    [
      'a step is unknown',
      [intent(), accepted(), ended('unknown'), ended('skipped', OTHER), runEnded('halted', 10)],
      false,
    ],
    [
      'a refusal affected every order',
      [intent(), refused('halt'), ended('refused'), ended('skipped', OTHER), runEnded('halted', 4)],
      false,
    ],
  ])('isFinished follows the table if %s', (_, events, finished) => {
    expect(isFinished(stateOf(started(), ...events))).toBe(finished);
  });

  it('totals have every outcome and add up to the steps', () => {
    const counts = totals([{ outcome: 'verified' }, { outcome: 'unknown' }, { outcome: 'verified' }]);
    expect(Object.keys(counts)).toEqual([...OUTCOMES]);
    expect(Object.values(counts).reduce((a, b) => a + b, 0)).toBe(3);
  });

  it('a state does not change when the run continues', () => {
    const entries = chain(started(), intent(), accepted());
    const before = replay({ steps: [{ id: S }] as never }, entries.slice(0, 2));
    const copy = structuredClone([...before.steps]);
    replay({ steps: [{ id: S }] as never }, entries);
    expect([...before.steps]).toEqual(copy);
  });
});
