/** The spans of a scheduler, from its log. */
import { describe, expect, it } from 'vitest';
import { message } from '../../src/messages/messages.ts';
import { createAttemptTraces } from '../../src/schedule/attempt-trace.ts';
import type { ScheduleEntry } from '../../src/schedule/schedule-log.ts';
import type { Span } from '../../src/telemetry/traces/span.ts';
import { at, START } from './stories.ts';

const SAID = message('schedule.nothing-to-change');

const startedAt = (seconds: number, plan = 'nightly.yaml', reason = 'due'): ScheduleEntry =>
  ({
    at: at(seconds),
    kind: 'attempt-started',
    plan,
    due: at(0),
    reason,
    does: 'run',
    digest: null,
    entries: 0,
  }) as ScheduleEntry;

const endedAt = (seconds: number, exitCode: number, plan = 'nightly.yaml'): ScheduleEntry => ({
  at: at(seconds),
  kind: 'ended',
  plan,
  due: at(0),
  exitCode,
  message: SAID,
});

function follow(entries: readonly ScheduleEntry[], isSampled = true) {
  const spans: Span[] = [];
  const traces = createAttemptTraces({ isSampled: () => isSampled, emit: (span) => spans.push(span) });
  for (const entry of entries) traces.entry(entry);
  return { traces, spans };
}

describe('an attempt is one span', () => {
  it('from its start to its end, with its exit code', () => {
    const { spans } = follow([startedAt(1), endedAt(5, 0)]);
    expect(spans).toEqual([
      expect.objectContaining({
        name: 'attempt',
        parentId: null,
        start: START + 1000,
        end: START + 5000,
        error: null,
        attributes: {
          'refit.schedule.plan': 'nightly.yaml',
          'refit.schedule.due': at(0),
          'refit.schedule.reason': 'due',
          'refit.schedule.does': 'run',
          'refit.schedule.postponed': false,
          'refit.exit_code': 0,
        },
      }),
    ]);
  });

  it('ends when its plan is submitted to a store, with the run', () => {
    const submitted = {
      at: at(3),
      kind: 'submitted',
      plan: 'nightly.yaml',
      due: at(0),
      run: 'r1',
      digest: 'd',
    };
    const { spans } = follow([startedAt(1), submitted as ScheduleEntry, endedAt(5, 0)]);
    expect(spans).toMatchObject([{ end: START + 3000, attributes: { 'refit.run.id': 'r1' } }]);
  });

  it.each([
    [0, false],
    [2, false],
    [1, true],
    [3, true],
    [11, true],
  ])('exit code %i is an error: %s', (exitCode, isError) => {
    const { spans } = follow([startedAt(1), endedAt(5, exitCode)]);
    expect(spans[0]!.error !== null).toBe(isError);
  });

  it('two attempts at one occurrence have two traces', () => {
    const { spans } = follow([
      startedAt(1),
      endedAt(2, 1),
      startedAt(3, 'nightly.yaml', 'continued'),
      endedAt(4, 0),
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2);
  });

  it('is open until the scheduler stops', () => {
    const { traces, spans } = follow([startedAt(1)]);
    expect(spans).toEqual([]);
    traces.close(START + 9000);
    expect(spans).toMatchObject([{ end: START + 9000, events: [{ name: 'scheduler stopped' }] }]);
  });
});

describe('the commands of an attempt', () => {
  it('get its span, and after its end nothing', () => {
    const { traces, spans } = follow([startedAt(1)]);
    const { TRACEPARENT } = traces.environment('nightly.yaml') as { TRACEPARENT: string };
    traces.entry(endedAt(2, 0));
    expect(TRACEPARENT).toBe(`00-${spans[0]!.traceId}-${spans[0]!.spanId}-01`);
    expect(traces.environment('nightly.yaml')).toEqual({});
    expect(traces.environment('other.yaml')).toEqual({});
  });

  it('get nothing if the trace is not recorded', () => {
    const { traces, spans } = follow([startedAt(1), endedAt(2, 0)], false);
    expect([spans, traces.environment('nightly.yaml')]).toEqual([[], {}]);
  });
});
