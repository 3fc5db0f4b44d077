/** A notification has one sentence and the facts of its entry; other entries notify nobody. */
import { describe, expect, it } from 'vitest';
import { EMPTY_CHAIN, seal } from '../../../src/journal/chain.ts';
import { createReplay } from '../../../src/journal/replay.ts';
import type { GateOutcome, JournalEvent } from '../../../src/model.ts';
import { notificationOf } from '../../../src/run/notify/notification.ts';
import { words } from '../../messages/words.ts';
import { savedPlan } from '../../report/situations.ts';

const SAVED = savedPlan(
  [0, 1].map((wave) => ({ instance: `crs-aaaa000${wave}`, changes: [{ memoryPerShard: 8192 }], wave })),
  {},
  ['canary', 'rest'],
);
const STEP = 'crs-aaaa0000/memoryPerShard';
const AT = '2026-01-05T02:00:00.000Z';
const notify = (event: JournalEvent) =>
  notificationOf(seal(EMPTY_CHAIN, AT, event), SAVED, createReplay(SAVED));

const PAUSED = '; the run is paused until an operator continues it';

const gate = (outcome: GateOutcome, next: 'go-on' | 'pause' | 'halt', shadow = false): JournalEvent => ({
  kind: 'gate',
  wave: 0,
  name: 'canary',
  judge: 'metric',
  outcome,
  message: words('MemUtil of crs-aaaa0000 is 93.99, fails at > 90'),
  shadow,
  next,
});

describe('a notification about a gate', () => {
  it.each<[string, JournalEvent, string, string?]>([
    ['says that it succeeded', gate('success', 'go-on'), 'metric success'],
    ['says that it failed', gate('failure', 'halt'), 'metric failure'],
    ['says that it is inconclusive', gate('inconclusive', 'pause'), 'metric inconclusive', PAUSED],
    ['says that it would have failed', gate('failure', 'go-on', true), 'metric failure (shadow)'],
    [
      'says that it would have been inconclusive',
      gate('inconclusive', 'go-on', true),
      'metric inconclusive (shadow)',
    ],
  ])('%s, with its wave and its judgement', (_, event, judged, after = '') => {
    expect(notify(event)).toMatchObject({
      format: 'refit.notification/1',
      event: 'gate',
      at: AT,
      entry: 1,
      plan: { name: SAVED.name, digest: SAVED.digest },
      message: `gate after wave canary: ${judged}, MemUtil of crs-aaaa0000 is 93.99, fails at > 90${after}`,
      totals: { 'not-run': 2, verified: 0 },
      wave: 'canary',
      step: null,
      exitCode: null,
    });
  });
});

describe('a notification about another entry', () => {
  it.each<[JournalEvent, object | null]>([
    [
      { kind: 'wave-started', wave: 0, name: 'canary' },
      { event: 'wave-start', message: 'wave 1 of 2 (canary) starts: 1 step', wave: 'canary' },
    ],
    [
      { kind: 'wave-ended', wave: 0, name: 'canary' },
      { event: 'wave-end', message: 'wave 1 of 2 (canary) has ended', wave: 'canary' },
    ],
    [
      { kind: 'stopping', because: 'halted', message: words('3 failed') },
      { event: 'halt', message: 'stopping (halted): 3 failed', wave: null },
    ],
    [{ kind: 'stopping', because: 'window-closed', message: words('the window closes') }, null],
    [
      {
        kind: 'step-ended',
        step: STEP,
        outcome: 'unknown',
        code: null,
        message: words('silence'),
        size: null,
        billed: null,
      },
      { event: 'unknown', message: `${STEP}: unknown, silence`, step: STEP },
    ],
    [
      {
        kind: 'step-ended',
        step: STEP,
        outcome: 'failed',
        code: null,
        message: words('failed'),
        size: null,
        billed: null,
      },
      null,
    ],
    [
      { kind: 'run-ended', because: 'window-closed', exitCode: 8 },
      { event: 'run-end', message: 'has ended (window-closed), exit code 8', exitCode: 8 },
    ],
    [{ kind: 'calls', counts: [] }, null],
  ])('$kind', (event, expected) => {
    if (expected === null) expect(notify(event)).toBeNull();
    else expect(notify(event)).toMatchObject(expected);
  });
});
