/**
 * The metrics of runs, calls, stores and workers. `docs/reference/telemetry.md` shows this table. The metrics of the
 * scheduler are in `schedule/metrics.ts`.
 *
 * Two kinds of metrics, so that the sum over processes is right:
 *
 * - `refit_run_…` are gauges of the runs in this process. They follow from the whole journal, so a resumed run starts where
 *   the earlier process ended. They have the label `plan` and end with the run.
 * - `…_total` are counters of what this process did. They start at 0 with the process, as Prometheus expects. They have no
 *   label `plan`, because they stay for as long as the process lives.
 */
import type { Family, Metric, Sample } from './exposition.ts';

const metric =
  (type: Metric['type']) =>
  (name: string, help: string, labels: readonly string[] = []): Metric => ({ name, type, help, labels });
const gauge = metric('gauge');
const counter = metric('counter');
const histogram = metric('histogram');

// biome-ignore format: one metric a line reads as a table
export const METRICS = {
  buildInfo: gauge('refit_build_info', 'The version of Refit and of Node; always 1.', ['version', 'node']),
  startTime: gauge('process_start_time_seconds', 'When the process started, in seconds since 1970 UTC.'),
  cpuTime: counter('process_cpu_seconds_total', 'CPU time, user and system.'),
  memory: gauge('process_resident_memory_bytes', 'Resident memory.'),

  runs: gauge('refit_runs', 'Runs in this process: working, waiting as a whole, paused or stopping.', ['state']),
  runsStarted: counter('refit_runs_started_total', 'Runs that this process started or resumed.', ['resumed']),
  runsEnded: counter('refit_runs_ended_total', 'Runs that ended in this process, by reason; rested: only waits; left: the process stopped before.', ['because']),
  runStart: gauge('refit_run_start_timestamp_seconds', 'When the run first started.', ['plan']),
  runProgress: gauge('refit_run_last_progress_timestamp_seconds', 'When the journal last recorded progress: an order, an answer, the end of a step or wave.', ['plan']),
  runSteps: gauge('refit_run_steps', 'Steps of the run by state: waiting, ordering, unanswered, following, deferred to a maintenance window, or the outcome.', ['plan', 'state']),
  runUnanswered: gauge('refit_run_unanswered_orders', 'Steps with an order that has no answer and is not resolved, also those that ended as unknown.', ['plan']),
  runInFlight: gauge('refit_run_in_flight', 'Steps that hold an in-flight slot.', ['plan']),
  runInFlightLimit: gauge('refit_run_in_flight_limit', 'In-flight slots of the run.', ['plan']),
  runWaits: gauge('refit_run_waits', 'Waits of the run and its steps by reason.', ['plan', 'reason']),
  runBilled: gauge('refit_run_billed', 'Sum of the bills that the run has read, in units of the currency.', ['plan', 'currency']),

  steps: counter('refit_steps_total', 'Ends of steps by outcome. A step that ends as unknown can end again.', ['outcome']),
  orders: counter('refit_orders_total', 'Orders by result: accepted, refused, no-answer, not-sent.', ['result']),
  refusals: counter('refit_order_refusals_total', "Refused orders by the provider's code.", ['code']),
  gates: counter('refit_gates_total', 'Judgements of gates by outcome.', ['outcome']),
  calls: counter('refit_calls_total', 'Calls that left, by action and result: ok, refused, limited, unusable.', ['action', 'result']),
  callSeconds: histogram('refit_call_duration_seconds', 'Time from sending a call to its answer.', ['action']),
  slotRate: gauge('refit_request_slots_per_second', 'Request slots a second at present, summed over the identities that share the labels.', ['action', 'host']),
  slotRateFull: gauge('refit_request_slots_full_per_second', 'The same without refusals by the limit.', ['action', 'host']),
  slotHold: gauge('refit_request_slots_hold_seconds', 'Time until calls may leave again after a refusal by the limit; 0: now.', ['action', 'host']),

  journalEntries: counter('refit_journal_entries_total', 'Journal entries that became durable.'),
  journalSeconds: histogram('refit_journal_append_seconds', 'Time to make a group of journal entries durable.'),

  storeUp: gauge('refit_store_up', '1 while the store answers, else 0.'),
  storeSeconds: histogram('refit_store_request_seconds', 'Time of a request to the store.'),
  storeRuns: gauge('refit_store_runs', 'Runs in the store by state.', ['state']),
  storeOrphans: gauge('refit_runs_without_worker', 'Runs that no live worker can take, because none has the keys of their profiles.'),
  storeDying: gauge('refit_runs_dying_at_start', 'Runs whose last processes, five or more, ended without getting further.'),
  workers: gauge('refit_workers', 'Live workers of the store.'),
  workerRuns: gauge('refit_worker_runs_limit', 'Runs that this worker carries out at the same time at most.'),

  spans: counter('refit_spans_total', 'Spans of traces by result: exported, failed, dropped because the queue was full.', ['result']),
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricId = keyof typeof METRICS;

/** A metric with its samples. */
export function family(id: MetricId, samples: readonly Sample[]): Family {
  return { metric: METRICS[id], samples };
}
