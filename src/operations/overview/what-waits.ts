/** Says what a run waits for, and who can end that. Pure. */
import type { Judgement } from '../../approval/judge-approvals.ts';
import type { JudgedDeclines } from '../../approval/judge-declines.ts';
import { iso } from '../../clock.ts';
import { formatGate } from '../../journal/fold-run.ts';
import type { EndedBecause, Message } from '../../model.ts';
import { closedWindowsMessage } from '../../plan/windows/describe-windows.ts';
import { createOpenWindows } from '../../plan/windows/open-windows.ts';
import { pauseEnds } from '../../run/waits.ts';
import type { RunHolder, StoreState } from '../../store/ports.ts';
import { escapeControls } from '../../text.ts';
import { hasNoWorker } from '../runs/read-run.ts';
import type { RunSummary } from './summarize-run.ts';

/** What something waits for. Times are ISO 8601 UTC. */
export type Waiting =
  /** `who` may still approve; `have` did. `wave` null: the whole plan. */
  | {
      readonly kind: 'approval';
      readonly wave: string | null;
      readonly need: number;
      readonly have: readonly string[];
      readonly who: readonly string[];
      readonly until: string | null;
    }
  | { readonly kind: 'declined'; readonly by: string; readonly at: string; readonly reason: string }
  /** A text beside the plan that may be a decline, and nobody can read. */
  | { readonly kind: 'declined-unread'; readonly message: Message }
  /** The gate after a wave paused the run. An operator continues or ends it; at `until` it drains. */
  | { readonly kind: 'gate'; readonly wave: string; readonly since: string; readonly until: string }
  | { readonly kind: 'paused'; readonly by: string; readonly since: string; readonly until: string }
  /** `opensAt` null: no window opens within a year. */
  | { readonly kind: 'window'; readonly opensAt: string | null; readonly message: Message }
  /** Every change in flight waits for the maintenance window of its instance. */
  | { readonly kind: 'maintenance'; readonly opensAt: string | null; readonly count: number }
  | { readonly kind: 'rest'; readonly message: Message; readonly until: string }
  /** The store lets it wait. `about` null: the reason is only in English. */
  | {
      readonly kind: 'store';
      readonly reason: string;
      readonly about: Message | null;
      readonly until: string | null;
    }
  /** No worker that lives can take it. */
  | { readonly kind: 'no-worker'; readonly workers: number; readonly reason: Message | null }
  /** Its process died, and nothing continues it. */
  | { readonly kind: 'interrupted' }
  /** It ended with work left. */
  | { readonly kind: 'work-left'; readonly because: EndedBecause | null; readonly message: Message | null };

/** A run at a moment. */
export interface WaitingRun {
  readonly summary: RunSummary;
  readonly holder: RunHolder | null;
  readonly stored: StoreState | null;
  /** Of the wave of `awaitedWave`; null: it waits for no approval. */
  readonly approvals: Judgement | null;
  readonly declines: JudgedDeclines | null;
}

/** The wave whose approval the run lacks, null for the whole plan; undefined: it lacks none. */
export function awaitedWave({ plan, state, isFinished }: RunSummary): number | null | undefined {
  if (plan.approvals === undefined || isFinished) return undefined;
  const started = new Set(state.wavesStarted);
  const awaited = [...state.approvalsAwaited.keys()].filter((wave) => !started.has(wave));
  if (awaited.length > 0) return Math.min(...awaited);
  if (state.endedBecause !== 'not-approved') return undefined;
  const next = plan.waves.findIndex((_, wave) => !started.has(wave));
  return started.size === 0 || next === -1 ? null : next;
}

/** @param now milliseconds since 1970 UTC. @returns null: it waits for nothing, or is finished. */
export function whatWaits(run: WaitingRun, now: number): Waiting | null {
  const { summary, holder, stored } = run;
  const { state, isFinished } = summary;
  if (isFinished || state.handedOver !== null || stored?.kind === 'ended') return null;
  return (
    declined(run) ??
    approval(run) ??
    pause(summary) ??
    window(run, now) ??
    maintenance(summary) ??
    (holder === null ? withoutProcess(run) : null)
  );
}

function declined({ declines, holder }: WaitingRun): Waiting | null {
  if (declines === null || holder !== null) return null;
  const holding = declines.declines.find(({ withdrawn }) => withdrawn === null);
  if (holding !== undefined) {
    const { by, at, reason } = holding;
    return { kind: 'declined', by: escapeControls(by), at, reason };
  }
  const [damaged] = declines.damaged;
  return damaged === undefined ? null : { kind: 'declined-unread', message: damaged.reason };
}

function approval({ summary, approvals }: WaitingRun): Waiting | null {
  const wave = awaitedWave(summary);
  if (wave === undefined || approvals === null || approvals.enough) return null;
  const { plan, state } = summary;
  return {
    kind: 'approval',
    wave: wave === null ? null : escapeControls(plan.waves[wave]!.name),
    ...whoMissing(approvals, plan.approvals?.need ?? 0),
    until: wave === null ? null : (state.approvalsAwaited.get(wave) ?? null),
  };
}

/** Who approved, and who still may. */
export function whoMissing({ counted, missing }: Judgement, need: number) {
  return {
    need,
    have: counted.map(({ approval: { by } }) => escapeControls(by)),
    who: missing.map(escapeControls),
  };
}

function pause({ plan, state: { control, endedAt } }: RunSummary): Waiting | null {
  const { paused } = control;
  if (paused === null || endedAt !== null) return null;
  const gate = plan.waves.find(({ name }) => formatGate(name) === paused.by);
  const times = { since: paused.since, until: pauseEnds(paused) };
  return gate === undefined
    ? { kind: 'paused', by: escapeControls(paused.by), ...times }
    : { kind: 'gate', wave: escapeControls(gate.name), ...times };
}

function window({ summary: { plan, state }, holder, stored }: WaitingRun, now: number): Waiting | null {
  const { windows } = plan;
  if (windows === undefined) return null;
  const stopped = state.stopping?.because === 'window-closed' || state.endedBecause === 'window-closed';
  if (!stopped && (holder !== null || stored?.kind !== 'waiting')) return null;
  const open = createOpenWindows(windows);
  const message = closedWindowsMessage(open, windows, now);
  if (message === null) return null;
  const next = open.nextStart(now);
  return { kind: 'window', opensAt: next === null ? null : iso(next.opens), message };
}

function maintenance({ deferred, steps }: RunSummary): Waiting | null {
  if (deferred.count === 0 || steps.inFlight > 0 || steps.ended + deferred.count < steps.of) return null;
  return { kind: 'maintenance', ...deferred };
}

function withoutProcess({ summary: { state }, stored }: WaitingRun): Waiting | null {
  if (stored?.kind === 'waiting' && stored.diesAtStart) return byStore(stored);
  if (stored?.kind === 'submitted' || stored?.kind === 'waiting') {
    if (!stored.isForWorkers) return { kind: 'interrupted' };
    if (hasNoWorker(stored))
      return { kind: 'no-worker', workers: stored.workers, reason: stored.unfit[0]?.reason ?? null };
  }
  if (state.resting !== null)
    return { kind: 'rest', message: state.resting.reason, until: state.resting.until };
  if (stored?.kind === 'waiting') return byStore(stored);
  if (stored?.kind === 'submitted' || stored?.kind === 'claimed' || state.startedAt === null) return null;
  if (state.endedAt === null) return { kind: 'interrupted' };
  return { kind: 'work-left', because: state.endedBecause, message: state.stopping?.message ?? null };
}

function byStore({ reason, about, until }: Extract<StoreState, { kind: 'waiting' }>): Waiting {
  return { kind: 'store', reason: escapeControls(reason), about, until };
}
