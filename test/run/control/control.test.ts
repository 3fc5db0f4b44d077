/** What a control command changes, and what the end of a run puts back, in one process without a run. */
import { expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock.ts';
import type { ControlCommand, JournalEvent } from '../../../src/model.ts';
import { Control, type Controlled } from '../../../src/run/control/control.ts';
import { StopState } from '../../../src/run/stop-state.ts';

const BY = { user: 'oncall', host: 'db-1', pid: 7 };
const PAUSE: ControlCommand = { kind: 'pause' };
const CONTINUE: ControlCommand = { kind: 'continue' };
const rate = (value: number): ControlCommand => ({ kind: 'set', setting: 'requestsPerSecond', value });
const inFlight = (value: number): ControlCommand => ({ kind: 'set', setting: 'inFlight', value });

function controlled({ fails = false } = {}) {
  const clock = new VirtualClock(Date.parse('2026-11-01T00:00:00Z'));
  const events: JournalEvent[] = [];
  const rates: number[] = [];
  const permits = {
    fullRate: 18,
    setFullRate(value: number) {
      rates.push(value);
      permits.fullRate = value;
    },
    lanes: () => [],
  };
  const signals = { drain: new AbortController(), leave: new AbortController() };
  const stop = new StopState({ drain: signals.drain.signal, leave: signals.leave.signal });
  const journal = {
    replay: { state: () => ({ endedAt: null, stopping: null, steps: new Map() }) },
    appendDurably: async (event: JournalEvent) => {
      if (fails) throw new Error('the disk is full');
      events.push(event);
    },
  };
  const saved = { execution: { inFlight: 8, requestsPerSecond: 18 } };
  const control = new Control({ saved, journal, permits, clock, stop } as unknown as Controlled);
  return { clock, control, events, rates, permits, stop, signals };
}

it.each<[string, ControlCommand[], object]>([
  ['pause', [PAUSE], { paused: { since: '2026-11-01T00:00:00.000Z', by: 'oncall@db-1' } }],
  ['pause and continue', [PAUSE, CONTINUE], { paused: null }],
  ['set inFlight', [inFlight(3)], { inFlight: { now: 3, approved: 8, inProgress: 0 } }],
  ['set requestsPerSecond', [rate(2)], { requestsPerSecond: { now: 2, approved: 18, lanes: [] } }],
])('%s takes effect immediately, and wakes what waits for a change', async (_, commands, status) => {
  const { control } = controlled();
  for (const command of commands) {
    const { changed } = control;
    const answer = control.handle(command, BY);
    expect(changed.aborted).toBe(true);
    expect((await answer).accepted).toBe(true);
  }
  expect(control.status()).toMatchObject(status);
});

it('a refused command changes and wakes nothing', async () => {
  const { control, rates } = controlled();
  const { changed } = control;
  expect((await control.handle(rate(19), BY)).accepted).toBe(false);
  expect([changed.aborted, rates]).toEqual([false, []]);
});

it('a command that the journal did not take is not accepted', async () => {
  expect(await controlled({ fails: true }).control.handle(PAUSE, BY)).toMatchObject({
    ...{ accepted: false, messageId: 'control.journal-failed' },
  });
});

it('an abort ends the process after its entry', async () => {
  const { control, stop, events } = controlled();
  const answer = control.handle({ kind: 'abort' }, BY);
  expect([stop.mustLeave, stop.leaveRequested.aborted]).toEqual([true, false]);
  await answer;
  expect([stop.leaveRequested.aborted, events]).toEqual([
    true,
    [expect.objectContaining({ kind: 'control-command', command: 'abort', accepted: true })],
  ]);
});

it('the end of the run gives the permits their rate back, once, and refuses commands', async () => {
  const { control, rates, permits, stop } = controlled();
  await control.handle(rate(2), BY);
  control.close();
  expect(permits.fullRate).toBe(18);
  permits.setFullRate(5);
  control.close();
  expect(rates).toEqual([2, 18, 5]);
  expect(await control.handle(PAUSE, BY)).toMatchObject({ accepted: false, messageId: 'control.run-ended' });
  stop.isResting = true;
  expect(await control.handle(PAUSE, BY)).toMatchObject({ accepted: false, messageId: 'control.resting' });
});

it('the end of the run leaves a rate that nobody set', () => {
  const { control, rates } = controlled();
  control.close();
  expect(rates).toEqual([]);
});

it('a resumed process keeps what operators set, at most as approved', () => {
  const { control, permits } = controlled();
  const paused = { since: '2026-10-31T23:00:00.000Z', by: 'oncall@db-1' };
  control.restore({ paused, inFlight: 99, requestsPerSecond: 99 });
  expect([control.slots.concurrency, permits.fullRate, control.paused]).toEqual([8, 18, paused]);
  control.restore({ paused: null, inFlight: 2, requestsPerSecond: 3 });
  expect([control.slots.concurrency, permits.fullRate, control.paused]).toEqual([2, 3, paused]);
  control.restore({ paused: null, inFlight: null, requestsPerSecond: null });
  expect([control.slots.concurrency, permits.fullRate]).toEqual([2, 3]);
});

it('a slow start bounds the in-flight slots below what an operator sets', async () => {
  const { control } = controlled();
  control.slowStart(1);
  await control.handle(inFlight(4), BY);
  expect(control.slots.concurrency).toBe(1);
  control.slowStart(null);
  expect(control.slots.concurrency).toBe(4);
});

it.each([
  ['pauses a run that goes on', () => undefined, true],
  ['leaves a paused run as it is', ({ control }) => void control.handle(PAUSE, BY), false],
  ['pauses no run that drains', ({ signals }) => signals.drain.abort(), false],
  ['pauses no run that leaves', ({ signals }) => signals.leave.abort(), false],
  ['pauses no run that has ended', ({ control }) => control.close(), false],
] satisfies [string, (of: ReturnType<typeof controlled>) => void, boolean][])(
  'a hold %s',
  (_, prepare, holds) => {
    const of = controlled();
    prepare(of);
    const { changed } = of.control;
    of.control.hold('the gate of wave 1');
    expect([of.control.paused?.by === 'the gate of wave 1', changed.aborted]).toEqual([holds, holds]);
  },
);

it('a pause that nobody ends drains the run after a day; one that continues, or a run that leaves, does not', async () => {
  for (const [then, drains] of [
    [null, true],
    ['continue', false],
    ['leave', false],
    ['close', false],
  ] as const) {
    const { clock, control, stop, signals } = controlled();
    await clock.run(async () => {
      await control.handle(PAUSE, BY);
      await clock.sleep(60_000);
      if (then === 'continue') await control.handle(CONTINUE, BY);
      if (then === 'leave') signals.leave.abort();
      if (then === 'close') control.close();
      const { changed } = control;
      await clock.sleep(24 * 3_600_000 - 60_001);
      expect(stop.drained.aborted).toBe(false);
      await clock.sleep(2);
      expect([then, stop.drained.aborted, changed.aborted]).toEqual([then, drains, drains]);
    });
  }
});
