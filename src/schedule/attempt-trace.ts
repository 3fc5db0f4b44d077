/**
 * The traces of a scheduler, from its log: one span for each attempt at an occurrence. The commands that it starts get the
 * span in `TRACEPARENT`, so the trace of their run links to it.
 */
import { textOf } from '../messages/messages.ts';
import {
  addEvent,
  finishSpan,
  type OpenSpan,
  type Span,
  spanIdOf,
  spanText,
  traceIdOf,
} from '../telemetry/traces/span.ts';
import type { ScheduleEntry } from './schedule-log.ts';

export interface AttemptTraces {
  /** Takes an entry of the schedule log once it is durable. */
  entry(entry: ScheduleEntry): void;
  /** The environment variables for the commands of a plan's attempt. */
  environment(plan: string): Readonly<Record<string, string>>;
  /** Ends what is open, when the scheduler stops. @param at milliseconds since 1970 UTC. */
  close(at: number): void;
}

/** Where spans go. `Telemetry.spans` fits. */
export interface SpanSink {
  /** Whether the trace with this id is recorded. */
  isSampled(traceId: string): boolean;
  emit(span: Span): void;
}

/** Exit codes of attempts that did what they should: success, and "there are changes" of a dry run. */
const GOOD_EXITS: ReadonlySet<number> = new Set([0, 2]);

/** Creates the traces of one scheduler. */
export function createAttemptTraces(sink: SpanSink): AttemptTraces {
  const open = new Map<string, OpenSpan>();
  const end = (plan: string, at: number, more: OpenSpan['attributes'], error: string | null): void => {
    const span = open.get(plan);
    if (span === undefined) return;
    open.delete(plan);
    span.attributes = { ...span.attributes, ...more };
    span.error = error;
    sink.emit(finishSpan(span, at));
  };
  return {
    entry(entry) {
      const at = Date.parse(entry.at);
      if (entry.kind === 'attempt-started') {
        const traceId = traceIdOf(JSON.stringify([entry.plan, entry.due, entry.at]));
        if (sink.isSampled(traceId)) open.set(entry.plan, startSpan(entry, traceId));
      }
      // Workers carry the run out. Its trace is their own.
      if (entry.kind === 'submitted') end(entry.plan, at, { 'refit.run.id': entry.run }, null);
      if (entry.kind !== 'ended' && entry.kind !== 'postponed') return;
      const { exitCode, plan } = entry;
      const error = GOOD_EXITS.has(exitCode) ? null : spanText(textOf(entry.message));
      end(
        plan,
        at,
        { 'refit.exit_code': exitCode, 'refit.schedule.postponed': entry.kind === 'postponed' },
        error,
      );
    },
    environment(plan) {
      const span = open.get(plan);
      return span === undefined ? {} : { TRACEPARENT: `00-${span.traceId}-${span.spanId}-01` };
    },
    close(at) {
      for (const [plan, span] of open) {
        addEvent(span, { name: 'scheduler stopped', at, attributes: {} });
        end(plan, at, {}, null);
      }
    },
  };
}

function startSpan(
  { plan, due, reason, does, at }: Extract<ScheduleEntry, { kind: 'attempt-started' }>,
  traceId: string,
): OpenSpan {
  return {
    traceId,
    spanId: spanIdOf(traceId),
    parentId: null,
    name: 'attempt',
    kind: 'internal',
    start: Date.parse(at),
    attributes: {
      'refit.schedule.plan': spanText(plan),
      'refit.schedule.due': spanText(due),
      'refit.schedule.reason': reason,
      'refit.schedule.does': does,
    },
    events: [],
    links: [],
    error: null,
  };
}
