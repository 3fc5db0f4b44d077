/** Turns what a store says of a run into what the console shows. Pure. */
import { isFinished } from '../../journal/replay.ts';
import type { RunState, SavedPlan, Step, StepState } from '../../model.ts';
import { type RunStatus, whyNotTrusted } from '../../operations/runs/read-run.ts';
import { escapeControls } from '../../text.ts';
import type { RunHalts, RunStatusName, RunView, StepRow } from '../api/runs.ts';

/** How many events and changes in flight a page lists. Each goes to every watcher with each change. */
const LISTED = 12;

/** What was gathered of the journal at one moment. */
type Gathered = Pick<RunView, 'picture' | 'boundaries' | 'orders' | 'programs' | 'startedBy'>;

/** @param gathered of the same moment. @param id for addresses. */
export function viewOf(
  id: string,
  status: RunStatus,
  { picture, boundaries, orders, programs, startedBy }: Gathered,
): RunView {
  const { run, holder, stored, next } = status;
  const { saved, state, trust } = run;
  return {
    id,
    plan: { name: picture.name, digest: saved.digest, change: picture.change },
    status: statusOf(status),
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    endedBecause: state.endedBecause,
    exitCode: state.exitCode,
    stopping: state.stopping?.message ?? null,
    holder: holder && {
      ...{ pid: holder.pid, host: escapeControls(holder.host), purpose: escapeControls(holder.purpose) },
    },
    starts: state.starts,
    startedBy,
    leftOut: { blocked: saved.blocked.length, unchanged: saved.unchanged.length },
    notTrusted: whyNotTrusted(trust),
    waiting:
      stored?.kind === 'waiting'
        ? {
            reason: escapeControls(stored.reason),
            fix: stored.fix && escapeControls(stored.fix),
            about: stored.about,
            until: stored.until,
          }
        : null,
    picture: {
      ...picture,
      events: picture.events.slice(-LISTED),
      inFlight: picture.inFlight.slice(0, LISTED),
    },
    boundaries,
    halts: haltsOf(saved),
    orders,
    programs: stored === null ? programs : 0,
    next: escapeControls(next),
    head: state.head,
  };
}

function haltsOf({ execution, waves }: SavedPlan): RunHalts {
  return {
    run: execution.haltWhen,
    waves: waves.flatMap(({ haltWhen }, wave) =>
      haltWhen === undefined
        ? []
        : [{ wave, failed: haltWhen.failed ?? null, unknown: haltWhen.unknown ?? null }],
    ),
  };
}

function statusOf({ run: { state }, holder, live, stored }: RunStatus): RunStatusName {
  if (stored?.kind === 'waiting' || (holder === null && state.resting !== null)) return 'waiting';
  if (state.startedAt === null) return 'not-started';
  if (holder !== null) {
    if (state.stopping !== null) return 'stopping';
    return live?.paused || state.control.paused ? 'paused' : 'running';
  }
  if (isFinished(state)) return 'ended';
  return state.endedAt === null ? 'interrupted' : 'work-left';
}

/** Makes the rows of the steps of a plan. */
export function stepRows(saved: SavedPlan): (at: number, state: RunState) => StepRow {
  const names = new Map(saved.preconditions.map(({ instance, name }) => [instance, escapeControls(name)]));
  return (at, state) => {
    const step = saved.steps[at]!;
    return rowOf(at, step, names.get(step.instance) ?? '', state.steps.get(step.id)!);
  };
}

function rowOf(at: number, step: Step, name: string, state: StepState): StepRow {
  const hasEnded = state.phase === 'ended';
  return {
    ...{
      at,
      id: step.id,
      instance: escapeControls(step.instance),
      name,
      region: escapeControls(step.region),
      wave: step.wave,
    },
    ...{ change: step.change, before: step.before, after: step.after, phase: state.phase },
    outcome: hasEnded ? state.outcome : null,
    code: state.code && escapeControls(state.code),
    message: state.phase === 'waiting' ? null : (state.warning ?? state.message),
    startedAt: state.startedAt,
    endedAt: state.endedAt,
    orders: state.orders.map(escapeControls),
    requestIds: state.requestIds.map(escapeControls),
    opensAt: state.waitsFor?.opensAt ?? null,
  };
}
