/** Spans from journals: pure tables, and real runs in virtual time. */
import { describe, expect, it } from 'vitest';
import { message } from '../../src/messages/messages.ts';
import type { JournalEntry, JournalEvent, SavedPlan } from '../../src/model.ts';
import type { ObservedCall } from '../../src/telemetry/observed-call.ts';
import { createRunTrace, type RunTrace } from '../../src/telemetry/traces/run-trace.ts';
import type { Span, SpanReference } from '../../src/telemetry/traces/span.ts';
import { ALL_TO_8GB, standards } from '../run/fleets.ts';
import { setStage } from '../run/stage.ts';
import { entriesOf, event, planOf, START } from './stories.ts';

interface Following {
  readonly plan?: Pick<SavedPlan, 'name' | 'digest' | 'steps' | 'waves'>;
  readonly past?: readonly JournalEntry[];
  readonly startedBy?: SpanReference;
  readonly isSampled?: (traceId: string) => boolean;
  /** Called before the trace is closed. */
  readonly also?: (trace: RunTrace) => void;
  /** Seconds. */
  readonly closedAt?: number;
}

const PLAN = planOf({ canary: ['a'], rest: ['b', 'c'] });

function spansOf(entries: readonly JournalEntry[], following: Following = {}): Span[] {
  const { plan = PLAN, past = [], startedBy = null, isSampled = () => true, closedAt = 99 } = following;
  const spans: Span[] = [];
  const trace = createRunTrace({
    saved: plan,
    run: '20261130T020000Z-dddddddd',
    before: past.findLast(({ kind }) => kind === 'run-started') ?? null,
    startedBy,
    isSampled,
    emit: (span) => spans.push(span),
  });
  for (const entry of entries) trace.entry(entry);
  following.also?.(trace);
  trace.close(START + closedAt * 1000);
  return spans;
}

const storyOf = (events: readonly JournalEvent[]) =>
  entriesOf(events.map((one, second) => [second, one] as const));

/** A span as `parent > name start..end` in seconds, with its error. */
function drawn(spans: readonly Span[]): string[] {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return spans.map(({ name, parentId, start, end, error }) => {
    const parent = parentId === null ? '' : `${names.get(parentId) ?? 'missing'} > `;
    const seconds = [start, end].map((ms) => (ms - START) / 1000).join('..');
    return `${parent}${name} ${seconds}${error === null ? '' : ` error: ${error}`}`;
  });
}

const { started, wave, read, intent, accepted, refused, noAnswer, resolved, stepEnded } = event;

describe('a journal becomes these spans', () => {
  it.each<[string, readonly JournalEvent[], readonly string[]]>([
    ['a run that ended before it began', [started(), event.ended()], ['run 0..1']],
    [
      'one step',
      [
        started(),
        wave('wave-started', 0, 'canary'),
        read('a'),
        intent('a'),
        accepted('a', 3),
        stepEnded('a'),
        wave('wave-ended', 0, 'canary'),
        event.ended(),
      ],
      ['step > UpgradeInstance 3..4', 'wave > step 2..5', 'run > wave 1..6', 'run 0..7'],
    ],
    [
      'a refusal, another order, and one without an answer',
      [
        started(),
        wave('wave-started', 0, 'canary'),
        intent('a'),
        refused('a', 2, 'FailedOperation.SystemError'),
        intent('a', 2),
        noAnswer('a', 4),
        resolved('a', true),
        stepEnded('a'),
      ],
      [
        'step > UpgradeInstance 2..3 error: FailedOperation.SystemError',
        'step > UpgradeInstance 4..5 error: no answer',
        'wave > step 2..7',
        'run > wave 1..99',
        'run 0..99',
      ],
    ],
    [
      'a step that is skipped without an order has no length',
      [started(), wave('wave-started', 1, 'rest'), stepEnded('b', 'skipped')],
      ['wave > step 2..2', 'run > wave 1..99', 'run 0..99'],
    ],
    [
      'an unknown outcome',
      [
        started(),
        wave('wave-started', 0, 'canary'),
        intent('a'),
        stepEnded('a', 'unknown'),
        event.ended('done', 10),
      ],
      ['wave > step 2..3 error: ordered', 'run > wave 1..4', 'run 0..4 error: done'],
    ],
    [
      'open spans end with the process',
      [started(), wave('wave-started', 0, 'canary'), intent('a')],
      ['wave > step 2..99', 'run > wave 1..99', 'run 0..99'],
    ],
    [
      'a run that rests',
      [started(), wave('wave-started', 0, 'canary'), event.rested()],
      ['run > wave 1..2', 'run 0..2'],
    ],
    ['a bill after the end of its step', [started(), event.billed('a', 3)], ['run 0..99']],
  ])('%s', (_, events, expected) => {
    const spans = drawn(spansOf(storyOf(events)));
    expect(spans.map((line) => line.replace(/error: .*ordered.*/i, 'error: ordered'))).toEqual(expected);
  });

  it('attributes have ids, outcome and code', () => {
    const spans = spansOf(
      storyOf([
        started(),
        wave('wave-started', 0, 'canary'),
        intent('a'),
        refused('a', 2, 'RequestLimitExceeded'),
        intent('a', 2),
        accepted('a', 4, 2),
        stepEnded('a', 'failed'),
        event.ended('halted', 4),
      ]),
    );
    const [first, second, step, ofWave, run] = spans.map(({ attributes }) => attributes);
    expect(first).toEqual({
      'refit.call.result': 'limited',
      'refit.attempt': 1,
      'refit.code': 'RequestLimitExceeded',
      'refit.request_id': 'request-a',
    });
    expect(second).toMatchObject({ 'refit.call.result': 'ok', 'refit.attempt': 2, 'refit.order': 'order-a' });
    expect(step).toEqual({
      'refit.step.id': 'a/replicas',
      'refit.instance': 'a',
      'refit.region': 'ap-guangzhou',
      'refit.profile': 'default',
      'refit.step.outcome': 'failed',
      'refit.code': 'Refit.Failed',
    });
    expect(ofWave).toEqual({ 'refit.wave.name': 'canary', 'refit.wave.steps': 1 });
    expect(run).toMatchObject({
      'refit.run.id': '20261130T020000Z-dddddddd',
      'refit.run.resumed': false,
      'refit.plan.digest': 'd'.repeat(64),
      'refit.run.because': 'halted',
      'refit.run.exit_code': 4,
    });
    expect(spans.at(-1)!.error).toBe('halted');
  });

  it('a read belongs to the present wave, and to the run outside of one', () => {
    const call: ObservedCall = {
      action: 'DescribeInstances',
      at: START + 10_000,
      until: START + 11_000,
      result: 'unusable',
      code: null,
      requestId: null,
    };
    const entries = storyOf([started(), wave('wave-started', 0, 'canary')]);
    const spans = spansOf(entries.slice(0, 1), {
      also: (trace) => {
        trace.call(call);
        trace.entry(entries[1]!);
        trace.call({ ...call, result: 'ok', requestId: 'r-1' });
      },
    });
    expect(drawn(spans).slice(0, 2)).toEqual([
      'run > DescribeInstances 10..11 error: unusable',
      'wave > DescribeInstances 10..11',
    ]);
    expect(spans[1]!.attributes).toEqual({ 'refit.call.result': 'ok', 'refit.request_id': 'r-1' });
    expect(spans[0]!.spanId).not.toBe(spans[1]!.spanId);
  });

  it('other moments are events of their span', () => {
    const spans = spansOf(
      storyOf([
        started(),
        wave('wave-started', 0, 'canary'),
        intent('a'),
        event.notSent('a'),
        event.deferred('a'),
        event.began('a'),
        event.gate(0, 'failure'),
        event.stopping(),
      ]),
    );
    expect(
      Object.fromEntries(spans.map(({ name, events }) => [name, events.map((one) => one.name)])),
    ).toEqual({
      step: ['not-sent', 'deferred', 'began'],
      wave: ['gate'],
      run: ['stopping'],
    });
  });
});

describe('a resumed run', () => {
  const past = storyOf([started(), wave('wave-started', 0, 'canary'), intent('a'), noAnswer('a', 2)]);
  const rest = entriesOf(
    [
      [50, started(true)],
      [51, resolved('a', true)],
      [52, stepEnded('a')],
      [53, wave('wave-ended', 0, 'canary')],
      [54, event.ended()],
    ],
    past,
  );

  it('has a trace of its own, which links to the one before', () => {
    const before = spansOf(past).at(-1)!;
    const spans = spansOf(rest, { past });
    const run = spans.at(-1)!;
    expect(run.links).toEqual([{ traceId: before.traceId, spanId: before.spanId }]);
    expect(run.traceId).not.toBe(before.traceId);
    expect(run.attributes['refit.run.resumed']).toBe(true);
    expect(run.attributes['refit.run.id']).toBe(before.attributes['refit.run.id']);
    // The wave and the step start with their first entry in this process.
    expect(drawn(spans)).toEqual(['wave > step 51..52', 'run > wave 51..53', 'run 50..54']);
  });

  it('links to the span that started the process, too', () => {
    const startedBy = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    expect(spansOf(rest, { past, startedBy }).at(-1)!.links).toHaveLength(2);
    expect(spansOf(past, { startedBy }).at(-1)!.links).toEqual([startedBy]);
  });

  it('the same journal gives the same spans', () => {
    expect(spansOf(rest, { past })).toEqual(spansOf(rest, { past }));
  });
});

describe('limits', () => {
  it('a trace that is not recorded has no spans', () => {
    expect(spansOf(storyOf([started(), intent('a'), stepEnded('a')]), { isSampled: () => false })).toEqual(
      [],
    );
  });

  it('a clock that jumps back makes no span that ends before its start', () => {
    const entries = entriesOf([
      [100, started()],
      [101, intent('a')],
      [50, accepted('a', 101)],
      [51, stepEnded('a')],
    ]);
    for (const { start, end } of spansOf(entries, { closedAt: 0 })) expect(end).toBeGreaterThanOrEqual(start);
  });

  it('hostile text is one bounded line of visible characters, in every attribute', () => {
    const hostile = `\u202e\x1b[2J"\n${'x'.repeat(5000)}`;
    const plan = planOf({ [hostile]: ['a'] }, hostile);
    const entries = storyOf([
      started(),
      intent('a'),
      { ...refused('a', 1, hostile), requestId: hostile } as JournalEvent,
      intent('a', 2),
      { ...accepted('a', 2), order: hostile, requestId: hostile } as JournalEvent,
      stepEnded('a', 'failed', null, message('run.provider-answer', { answer: hostile })),
    ]);
    const spans = spansOf(entries, { plan });
    const texts = spans.flatMap(({ name, error, attributes }) => [
      name,
      error ?? '',
      ...Object.values(attributes),
    ]);
    for (const text of texts.filter((one) => typeof one === 'string')) {
      expect(text).toMatch(/^[\x20-\x7e]*$/);
      expect(text.length).toBeLessThan(400);
    }
  });

  it('a step that is refused for hours keeps 64 events', () => {
    const entries = storyOf([started(), ...Array.from({ length: 500 }, () => event.notSent('a'))]);
    expect(spansOf(entries, { closedAt: 999 }).find(({ name }) => name === 'step')!.events).toHaveLength(64);
  });
});

describe('real runs in virtual time', () => {
  it.each([1, 2, 3])('every span is in its parent, and every order is one span, seed %i', async (seed) => {
    const stage = await setStage({
      fleet: standards(10),
      plan: `${ALL_TO_8GB}\nwaves: [{ name: canary, take: 2 }, { name: rest, take: rest }]`,
      faults: ['lost-answer:0.3', 'reset-before:0.2', 'system-error:0.1'].slice(0, seed),
      seed,
    });
    const first = await stage.run({
      diesAt: ({ kind }) => kind === 'arrived' && stage.disk.text.length > 8000,
    });
    const { entries } = await stage.run();
    const past = entries.slice(0, first.entries.length);
    const rest = entries.slice(past.length);
    for (const [own, before] of [
      [past, []],
      [rest, past],
    ] as const) {
      const spans = spansOf(own, { plan: stage.saved, past: before, closedAt: 1e6 });
      const byId = new Map(spans.map((span) => [span.spanId, span]));
      expect(byId.size).toBe(spans.length);
      expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
      expect(spans.filter(({ parentId }) => parentId === null)).toHaveLength(1);
      for (const { parentId, start, end, name } of spans) {
        if (parentId === null) continue;
        const parent = byId.get(parentId);
        expect(parent, `${name} has a parent`).toBeDefined();
        expect(start).toBeGreaterThanOrEqual(parent!.start);
        expect(end).toBeLessThanOrEqual(parent!.end);
      }
      const answered = own.filter(({ kind }) => ['accepted', 'refused', 'no-answer'].includes(kind));
      expect(spans.filter(({ kind }) => kind === 'client')).toHaveLength(answered.length);
    }
  });
});
