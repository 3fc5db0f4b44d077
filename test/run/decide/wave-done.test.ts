/** When a wave was done, on the host that recorded it and on hosts with other clocks. */
import { describe, expect, it } from 'vitest';
import { iso } from '../../../src/clock.ts';
import { replay } from '../../../src/journal/replay.ts';
import type { JournalEntry } from '../../../src/model.ts';
import { waveDoneAt } from '../../../src/run/decide/wave-done.ts';
import { MINUTE, SECOND } from '../../../src/units.ts';

const START = Date.UTC(2026, 10, 30, 9);
const STEPS = ['crs-1/memoryPerShard'];

/** A wave of one step that ends, and then ends itself. @param ahead of the clock that records, before the provider's */
function waveEnded(ahead: number, { knowsProvider = true, outcome = 'verified' } = {}) {
  const event = (more: object, provider: number, seq: number) =>
    ({
      seq,
      at: iso(provider + ahead),
      prev: '',
      hash: '',
      ...(knowsProvider ? { providerAt: iso(provider) } : {}),
      ...more,
    }) as unknown as JournalEntry;
  const step = { step: STEPS[0], attempt: 1 };
  const end = { outcome, code: null, message: { id: 'run.verified', params: {} }, size: null, billed: null };
  return replay({ steps: [{ id: STEPS[0]! }] as never }, [
    event({ kind: 'intent', ...step, size: {} }, START, 1),
    event({ kind: 'step-ended', ...step, ...end }, START + MINUTE, 2),
    event({ kind: 'wave-ended', wave: 0, name: 'one' }, START + MINUTE + SECOND, 3),
  ]);
}

describe('a wave was done', () => {
  it.each<[string, number, number, number]>([
    ['when its own clock says so', 0, 0, MINUTE + SECOND],
    ['by a clock that is 4 minutes ahead of the provider, on the same host', 240, 240, MINUTE + SECOND],
    ['on a host whose clock is 4 minutes ahead of this one', 240, 0, MINUTE + SECOND],
    ['on a host whose clock is 4 minutes behind this one', -240, 60, MINUTE + SECOND],
  ])('%s', (_, recorded, here, expected) => {
    const now = { wall: START + 10 * MINUTE + here * SECOND, provider: START + 10 * MINUTE };
    const done = waveDoneAt(waveEnded(recorded * SECOND), 0, STEPS, now);
    expect(done! - here * SECOND - START).toBe(expected);
  });

  it('at the recorded millisecond if the clocks agree as well as Refit knows', () => {
    const now = { wall: START + 10 * MINUTE + 1_500, provider: START + 10 * MINUTE };
    expect(waveDoneAt(waveEnded(0), 0, STEPS, now)).toBe(START + MINUTE + SECOND);
  });

  it('at the recorded time if the journal has no time of the provider', () => {
    const now = { wall: START + 10 * MINUTE, provider: START };
    const done = waveDoneAt(waveEnded(0, { knowsProvider: false }), 0, STEPS, now);
    expect(done).toBe(START + MINUTE + SECOND);
  });

  it('never, if nothing of it ended', () => {
    const state = replay({ steps: [] }, []);
    expect(waveDoneAt(state, 0, STEPS, { wall: START, provider: START })).toBe(null);
  });
});
