/** What the events of a journal say, and what they leave in the state of a run. */
import { describe, expect, it } from 'vitest';
import { EMPTY_CHAIN, seal } from '../../src/journal/chain.ts';
import { describeRunEvent, describeStepEvent } from '../../src/journal/describe-event.ts';
import { replay } from '../../src/journal/replay.ts';
import { message } from '../../src/messages/messages.ts';
import type { JournalEvent, Outcome, RunState, SavedPlan } from '../../src/model.ts';

const AT = '2026-11-30T02:00:00.000Z';
const S = 'crs-aaaa0001/memoryPerShard';
const OTHER = 'crs-aaaa0002/memoryPerShard';
const BY = { user: 'dba', host: 'here', pid: 1 };
const SAID = message('run.ordered');
const PLAN = {
  steps: [{ id: S }, { id: OTHER }],
  waves: [
    { name: 'canary', steps: [S] },
    { name: 'rest', steps: [OTHER] },
  ],
} as unknown as SavedPlan;

/** An event, whose parts of no interest are left out. */
const of = (kind: JournalEvent['kind'], parts: object = {}): JournalEvent =>
  ({ kind, step: S, ...parts }) as JournalEvent;
const started = (parts: object = {}): JournalEvent =>
  of('run-started', { plan: 'p', digest: 'd', resumed: false, cutOff: 0, by: BY, ...parts });
const limited = { code: 'RequestLimitExceeded', next: 'again', message: 'no', requestId: null, sentAt: AT };

function stateAfter(...events: readonly JournalEvent[]): RunState {
  let end = EMPTY_CHAIN;
  const entries = events.map((event) => {
    const entry = seal(end, AT, event);
    end = entry;
    return entry;
  });
  return replay(PLAN, entries);
}

describe('an event of a step', () => {
  it.each<[JournalEvent, string | null, object]>([
    [of('intent', { attempt: 1 }), 'intent', {}],
    [
      of('accepted', { order: 'o', requestId: 'r', sentAt: AT }),
      'accepted',
      { order: 'o', requestId: 'r', sentAt: AT },
    ],
    [of('refused', { code: 'C', next: 'again' }), 'refused', { code: 'C', next: 'again' }],
    [of('no-answer', { reason: SAID, sentAt: AT }), 'no-answer', { reason: SAID, sentAt: AT }],
    [
      of('resolved', { executed: true, order: 'o', evidence: SAID }),
      ...(['resolved', { executed: true, order: 'o', evidence: SAID }] as const),
    ],
    [of('deferred', { window: 'w' }), 'deferred', { window: 'w' }],
    [of('began', { warning: SAID }), 'began', { warning: SAID }],
    [of('began', { warning: null }), null, {}],
    [
      of('step-ended', { outcome: 'failed', message: SAID }),
      'step-ended',
      { outcome: 'failed', cause: SAID },
    ],
    [of('instance-read'), null, {}],
    [of('not-sent'), null, {}],
    [of('billed'), null, {}],
  ])('$kind says what happened', (event, id, params) => {
    const said = describeStepEvent(event as Parameters<typeof describeStepEvent>[0], 'cart');
    expect(said).toEqual(id && { id: `event.${id}`, params: { step: 'cart', ...params } });
  });
});

describe('an event of the run', () => {
  const signed = { how: 'signatures', by: 'wei' };
  const gate = { name: 'canary', judge: 'failed', outcome: 'success', shadow: false, next: 'go-on' };
  it.each<[string, JournalEvent, string | null, object]>([
    [
      'a start',
      started(),
      'run-started',
      { doing: 'apply', plan: 'p', digest: 'd', steps: 2, by: 'dba@here', cutOff: 0 },
    ],
    ['a resume', started({ resumed: true, cutOff: 5 }), 'run-started', { doing: 'resume', cutOff: 5 }],
    ['a purpose', started({ purpose: 'reconcile', resumed: true }), 'run-started', { doing: 'reconcile' }],
    ['an adoption', of('adopted', { by: 'ops', reason: SAID }), 'adopted', { by: 'ops', reason: SAID }],
    [
      'signatures of the plan',
      of('approved', { ...signed, wave: null }),
      'approved',
      { wave: null, by: 'wei' },
    ],
    ['signatures of a wave', of('approved', { ...signed, wave: 1 }), 'approved', { wave: 'rest', by: 'wei' }],
    [
      'signatures of a wave that the plan lacks',
      of('approved', { ...signed, wave: 9 }),
      'approved',
      { wave: '' },
    ],
    [
      'signatures for a policy',
      of('approved', { how: 'policy', by: 'jun' }),
      'approved-for-policy',
      { by: 'jun' },
    ],
    ['a yes', of('approved', { how: 'prompt', by: 'yes' }), null, {}],
    [
      'a wait for approval',
      of('approval-awaited', { until: AT, message: SAID }),
      'approval-awaited',
      { until: AT, missing: SAID },
    ],
    [
      'the start of a wave',
      of('wave-started', { wave: 1, name: 'rest' }),
      'wave-started',
      { number: 2, of: 2, name: 'rest', steps: 1 },
    ],
    [
      'the end of a wave',
      of('wave-ended', { wave: 0, name: 'canary' }),
      'wave-ended',
      { number: 1, of: 2, name: 'canary' },
    ],
    [
      'a judgement of a gate',
      of('gate', { ...gate, message: SAID }),
      ...([
        'gate',
        { wave: 'canary', judge: 'failed', outcome: 'success', judged: SAID, next: 'go-on' },
      ] as const),
    ],
    [
      'a command',
      of('control-command', { command: 'set inFlight', value: 3, by: BY, accepted: true, message: SAID }),
      ...([
        'control-command',
        { by: 'dba@here', command: 'set inFlight', value: 3, accepted: true, answer: SAID },
      ] as const),
    ],
    [
      'a delivered notification',
      of('notified', { to: 'hook', event: 'run-ended', ok: true, message: null }),
      null,
      {},
    ],
    [
      'a notification that failed',
      of('notified', { to: 'hook', event: 'run-ended', ok: false, message: 'no' }),
      ...(['not-notified', { to: 'hook', event: 'run-ended', cause: 'no' }] as const),
    ],
    [
      'a rest',
      of('rested', { until: AT, wakesOn: 'time', reason: SAID }),
      'rested',
      { until: AT, wakesOn: 'time', reason: SAID },
    ],
    [
      'a hand-over',
      of('handed-over', { place: 'p', run: 'r', by: BY }),
      'handed-over',
      { place: 'p', run: 'r', by: 'dba@here' },
    ],
    [
      'a stop',
      of('stopping', { because: 'halted', message: SAID }),
      'stopping',
      { because: 'halted', reason: SAID },
    ],
    [
      'the end',
      of('run-ended', { because: 'done', exitCode: 0 }),
      'run-ended',
      { because: 'done', exitCode: 0 },
    ],
    ['an identity', of('identity'), null, {}],
    ['a lock', of('lock-taken-over'), null, {}],
    ['calls', of('calls', { counts: [] }), null, {}],
  ])('says what happened: %s', (_, event, id, params) => {
    const said = describeRunEvent(event as Parameters<typeof describeRunEvent>[0], PLAN);
    if (id === null) expect(said).toBeNull();
    else expect(said).toMatchObject({ id: `event.${id}`, params });
  });
});

describe('the state of a run', () => {
  const intent = of('intent', { attempt: 1 });
  it.each<[string, JournalEvent, object]>([
    [
      'a refusal',
      of('refused', { ...limited, message: 'busy' }),
      message('run.provider-answer', { answer: 'busy' }),
    ],
    ['no answer', of('no-answer', { reason: SAID, sentAt: AT }), SAID],
    [
      'an order that left traces',
      of('resolved', { executed: true, order: 'o', evidence: SAID }),
      message('run.was-executed', { evidence: SAID }),
    ],
    [
      'an order without a trace',
      of('resolved', { executed: false, order: null, evidence: SAID }),
      message('run.was-not-executed', { evidence: SAID }),
    ],
    [
      'a wait for a window',
      of('deferred', { window: 'w', opensAt: AT }),
      message('run.deferred', { window: 'w' as never }),
    ],
    [
      'a change in its window',
      of('began', { warning: null, evidence: SAID }),
      message('run.change-started', { evidence: SAID }),
    ],
  ])('says of a step after %s why', (_, event, said) => {
    expect(stateAfter(started(), intent, event).steps.get(S)!.message).toEqual(said);
  });

  it('counts orders by second, and those that the limit refused', () => {
    const later = '2026-11-30T02:00:01.500Z';
    const state = stateAfter(
      ...[started(), intent, of('accepted', { order: 'o', requestId: 'r', sentAt: later })],
      ...[of('refused', limited), of('refused', { ...limited, code: 'Other' })],
      of('no-answer', { reason: SAID, sentAt: AT }),
      of('calls', { counts: [[Date.parse(AT) / 1000, 'DescribeInstances', 3, 1]] }),
    );
    const second = Date.parse(AT) / 1000;
    expect(state.callsBySecond).toEqual([
      [second, 'DescribeInstances', 3, 1],
      [second, 'UpgradeInstance', 3, 1],
      [second + 1, 'UpgradeInstance', 1, 0],
    ]);
    expect(Object.fromEntries(state.calls)).toEqual({
      DescribeInstances: { count: 3, refusedByLimit: 1 },
      UpgradeInstance: { count: 4, refusedByLimit: 1 },
    });
  });

  const ended = (outcome: Outcome) => of('step-ended', { outcome, code: null, message: SAID });
  const halt = [
    of('stopping', { because: 'halted', message: SAID }),
    of('run-ended', { because: 'halted', exitCode: 4 }),
  ];
  it.each<[string, Outcome, readonly JournalEvent[], readonly string[]]>([
    ['an unknown step of a run that halted', 'unknown', halt, [S]],
    ['a failed step of a run that halted', 'failed', halt, [S]],
    ['no verified step', 'verified', halt, []],
    [
      'no step of a run that ended in another way',
      'failed',
      [of('run-ended', { because: 'done', exitCode: 3 })],
      [],
    ],
    [
      'no unknown step of a run that ended in another way',
      'unknown',
      [of('run-ended', { because: 'done', exitCode: 10 })],
      [],
    ],
  ])('acknowledges at a resume: %s', (_, outcome, end, acknowledged) => {
    const state = stateAfter(started(), intent, ended(outcome), ...end, started({ resumed: true }));
    expect([...state.acknowledged]).toEqual(acknowledged);
  });
});
