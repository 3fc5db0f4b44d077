/** How a run goes on after the end of a process: every reason, with every mix of outcomes. */
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/errors.ts';
import { EMPTY_CHAIN, seal } from '../../../src/journal/chain.ts';
import { replay } from '../../../src/journal/replay.ts';
import { message, textOf } from '../../../src/messages/messages.ts';
import {
  type EndedBecause,
  JOURNAL_FORMAT,
  type JournalEntry,
  type JournalEvent,
  type Outcome,
  type SavedWindows,
} from '../../../src/model.ts';
import { type Wake, whenToWake } from '../../../src/run/decide/when-to-wake.ts';
import { words } from '../../messages/words.ts';

const BY = { user: 'dba', host: 'here', pid: 1 };
const A = 'crs-aaaa0001/memoryPerShard';
const B = 'crs-aaaa0002/memoryPerShard';
const STEPS = [A, B].map((id) => ({ id })) as never;
/** Monday noon. The window of the plan opens on Tuesday at 01:00. */
const NOW = Date.UTC(2026, 0, 5, 12, 0, 0);
const NIGHT = '2026-01-06T01:00:00.000Z';
const windows = (...allow: string[]): SavedWindows => ({
  timezone: 'UTC',
  allow,
  freeze: [],
  calendars: [],
  lastStart: 0,
  atClose: 'drain',
});
const NIGHTS = windows('daily 01:00-03:00');
const SAVED = { finishBy: null, expiresAt: '2026-01-07T00:00:00.000Z' };

const started = (unattended = false): JournalEvent => ({
  kind: 'run-started',
  format: JOURNAL_FORMAT,
  plan: 'story',
  digest: 'd'.repeat(64),
  resumed: false,
  cutOff: 0,
  by: BY,
  endpoint: 'tencentcloudapi.com',
  version: '0.0.0',
  ...(unattended ? { unattended } : {}),
});
const reconciles: JournalEvent = { ...started(), kind: 'run-started', purpose: 'reconcile' } as JournalEvent;
const ends = (step: string, outcome: Exclude<Outcome, 'not-run'>): JournalEvent => ({
  kind: 'step-ended',
  step,
  outcome,
  code: null,
  message: words(outcome),
  size: null,
  billed: null,
});
const ended = (because: EndedBecause, exitCode = 0): JournalEvent => ({
  kind: 'run-ended',
  because,
  exitCode,
});
const stopping = (because: Exclude<EndedBecause, 'done'>): JournalEvent => ({
  kind: 'stopping',
  because,
  message: words(`why ${because}`),
});
const commanded = (command: 'pause' | 'continue' | 'drain' | 'abort', accepted = true): JournalEvent => ({
  kind: 'control-command',
  command,
  value: null,
  by: BY,
  accepted,
  message: words(command),
});
const rested = (wakesOn: 'time' | 'approval' | 'control'): JournalEvent => ({
  kind: 'rested',
  until: NIGHT,
  wakesOn,
  reason: message('rest.soak', { wave: 'canary' }),
});
const CALLS: JournalEvent = { kind: 'calls', counts: [] };

function stateOf(...events: readonly JournalEvent[]) {
  let end = EMPTY_CHAIN;
  const entries: JournalEntry[] = events.map((event) => {
    const entry = seal(end, '2026-01-05T11:00:00.000Z', event);
    end = entry;
    return entry;
  });
  return replay({ steps: STEPS }, entries);
}

/** `now`, `finished`, `at TIME`, `on EVENT`, or `on EVENT or at TIME`. */
function inShort(wake: Wake): string {
  if (wake.kind === 'at') return `at ${wake.at}`;
  if (wake.kind !== 'on') return wake.kind;
  return `on ${wake.event}${wake.orAt === null ? '' : ` or at ${wake.orAt}`}`;
}

const wake = (events: readonly JournalEvent[], more: Partial<Parameters<typeof whenToWake>[0]> = {}) =>
  whenToWake({ saved: { ...SAVED, windows: NIGHTS }, state: stateOf(...events), now: NOW, ...more });

describe('a run that ended', () => {
  const MIXES: Readonly<Record<string, readonly JournalEvent[]>> = {
    'all verified': [ends(A, 'verified'), ends(B, 'verified')],
    'one failed': [ends(A, 'failed'), ends(B, 'verified')],
    'refused and skipped': [ends(A, 'refused'), ends(B, 'skipped')],
    'one drifted': [ends(A, 'drifted'), ends(B, 'verified')],
    'one unknown': [ends(A, 'unknown'), ends(B, 'verified')],
    'one not run': [ends(A, 'verified')],
    'none run': [],
  };
  const FINISHED = ['all verified', 'one failed', 'refused and skipped', 'one drifted'];
  const UNFINISHED = {
    done: 'on operator',
    halted: 'on operator',
    drained: 'on operator',
    'finish-by': 'finished',
    'window-closed': `at ${NIGHT}`,
    'not-approved': 'on approval',
    'policy-refused': 'on operator',
    reconciled: 'on operator',
  } as const satisfies Readonly<Record<EndedBecause, string>>;
  const rows = Object.entries(UNFINISHED).flatMap(([because, usual]) =>
    Object.keys(MIXES).map((mix) => {
      const isUnknown = because === 'finish-by' && mix === 'one unknown';
      return [because, mix, FINISHED.includes(mix) ? 'finished' : isUnknown ? 'on operator' : usual] as const;
    }),
  );

  it.each(rows)('%s, with %s: %s', (because, mix, expected) => {
    const reason = because === 'done' ? [] : [stopping(because as Exclude<EndedBecause, 'done'>)];
    const end = ended(because as EndedBecause);
    expect(inShort(wake([started(), ...MIXES[mix]!, ...reason, end]))).toBe(expected);
  });

  it('waits for a person after a refusal that halts, although every step has an end', () => {
    const refused: JournalEvent = {
      kind: 'refused',
      step: A,
      attempt: 1,
      code: 'UnauthorizedOperation',
      message: 'no',
      requestId: null,
      sentAt: NIGHT,
      next: 'halt',
    };
    const all = [started(), refused, ends(A, 'refused'), ends(B, 'verified'), stopping('halted')];
    const result = wake([...all, ended('halted', 12)]);
    expect([inShort(result), 'because' in result && textOf(result.because)]).toEqual([
      'on operator',
      'why halted',
    ]);
  });

  it.each([
    ['the windows of the policy too', [windows('Wed 02:00-04:00')], 'at 2026-01-07T02:00:00.000Z'],
    ['windows that are never open together', [windows('daily 12:00-13:00')], 'on operator'],
  ])('waits for %s', (_, policyWindows, expected) => {
    expect(
      inShort(wake([started(), stopping('window-closed'), ended('window-closed')], { policyWindows })),
    ).toBe(expected);
  });
});

describe('a run whose process left no end', () => {
  it.each([
    ['died', [], 'now'],
    ['died while paused', [commanded('pause')], 'now'],
    ['died while it halted', [stopping('halted')], 'now'],
    ['died while an operator drained it', [commanded('drain'), stopping('drained')], 'now'],
    ['was aborted', [commanded('abort'), CALLS], 'on operator'],
    ['refused to abort and died', [commanded('abort', false)], 'now'],
    ['rested for a time', [rested('time'), CALLS], `at ${NIGHT}`],
    ['rested for an approval', [rested('approval'), CALLS], `on approval or at ${NIGHT}`],
    ['rested while paused', [rested('control')], `on control or at ${NIGHT}`],
    ['rested, and another one died', [rested('control'), started(true)], 'now'],
    ['rested, and a person reconciled', [rested('time'), reconciles, ended('reconciled')], `at ${NIGHT}`],
    ['rested, and a reconcile died', [rested('time'), reconciles], `at ${NIGHT}`],
    ['was aborted after a rest', [rested('time'), started(true), commanded('abort')], 'on operator'],
    ['finished every step and died', [ends(A, 'verified'), ends(B, 'verified')], 'now'],
  ] as const)('because it %s: %s', (_, events, expected) => {
    expect(inShort(wake([started(), ...events]))).toBe(expected);
  });
});

describe('a run that has not started', () => {
  it.each([
    ['without windows starts now', {}, 'now'],
    ['in an open window starts now', { windows: windows('daily 11:00-13:00') }, 'now'],
    ['waits for its window', { windows: NIGHTS }, `at ${NIGHT}`],
    ['whose plan expires when its window opens waits', { windows: NIGHTS, expiresAt: NIGHT }, `at ${NIGHT}`],
    [
      'whose plan expires before its window needs a person',
      { windows: windows('Fri 01:00-02:00') },
      'on operator',
    ],
    [
      'without any window in a year needs a person',
      { windows: { ...NIGHTS, freeze: ['2026-01-01..2027-12-31'] } },
      'on operator',
    ],
  ] as const)('%s', (_, plan, expected) => {
    const state = stateOf();
    expect(inShort(whenToWake({ saved: { ...SAVED, ...plan }, state, now: NOW }))).toBe(expected);
  });
});

describe('a process that was refused or failed', () => {
  const SOON = '2026-01-05T12:01:00.000Z';
  it.each([
    ['not-approved', 'on approval'],
    ['outside-window', `at ${NIGHT}`],
    ['locked', `at ${SOON}`],
    ['fenced', `at ${SOON}`],
    ['store-unreachable', `at ${SOON}`],
    ['provider-unreachable', `at ${SOON}`],
    ['disk-failed', `at ${SOON}`],
    ['no-credentials', 'on operator'],
    ['credentials-refused', 'on operator'],
    ['policy-refused', 'on operator'],
    ['plan-expired', 'on operator'],
    ['usage', 'on operator'],
    ['internal', 'on operator'],
  ] as const satisfies readonly (readonly [ErrorCode, string])[])('with %s: %s', (error, expected) => {
    expect(inShort(wake([], { error }))).toBe(expected);
  });
});
