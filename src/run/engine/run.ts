/**
 * The types of a run in this process. A run is plain data; the functions that work on it have files of their own. So no
 * file imports the engine from here.
 */
import type { LimitFunction } from 'p-limit';
import type { Clock } from '../../clock.ts';
import type { Cloud, CloudReader } from '../../cloud/cloud.ts';
import type { Permits } from '../../cloud/limit/permits.ts';
import type { UrlAnswer } from '../../cloud/network/transport.ts';
import type { Effects, EndedBecause, SavedPlan, SavedWindows, Scope, Step } from '../../model.ts';
import type { PolicyRefusal } from '../../policy/policy-findings.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';
import type { CallCounter } from '../call-counter.ts';
import type { Control } from '../control/control.ts';
import type { CommandEnd } from '../decide/judge-gate.ts';
import type { Learned } from '../decide/move.ts';
import type { ApprovalDemand } from '../demand-approvals.ts';
import type { PolicyApproved } from '../follow-policy.ts';
import type { StopState } from '../stop-state.ts';
import { FIRST_TAIL, type Waits } from '../waits.ts';
import type { Tally } from './halt.ts';
import type { Idleness } from './idleness.ts';
import type { SlowStart } from './slow-start.ts';
import type { Spread } from './spread.ts';
import type { Watch } from './watch.ts';
import type { WindowGate } from './window-gate.ts';

/** The members of every run, whether it orders or only reads. */
interface RunBase<Client extends CloudReader> {
  readonly saved: SavedPlan;
  /** An open journal, with its `run-started` entry written. */
  readonly journal: JournalWriter;
  readonly clock: Clock;
  /** The API client of a profile. */
  readonly cloudFor: (profile: string) => Client;
  /** Counts the calls of the clients. */
  readonly calls: CallCounter;
  readonly watch: Watch;
  readonly waits: Waits;
  /** Which parts of the run only wait. */
  readonly idleness: Idleness;
  readonly stop: StopState;
  readonly learned: LearnedByScope;
  /** The in-flight slots. */
  readonly slots: LimitFunction;
}

/** A run that carries out the plan. */
export interface Run extends RunBase<Cloud> {
  readonly purpose: 'apply';
  /** What the run does or uses, as the review shows it: the work of gates. */
  readonly effects: Effects;
  readonly permits: Permits;
  readonly control: Control;
  /** Counts the ends of steps against the thresholds. */
  readonly tally: Tally;
  readonly slowStart: SlowStart;
  readonly windowGate: WindowGate;
  /** Bounds the instances of a group that are in flight. */
  readonly spread: Spread;
  /** Limits the orders between reservation and send. */
  readonly placing: LimitFunction;
  /** The steps that Refit reads next, so that one call reads many instances. */
  readonly upcoming: Set<Step>;
  /** Instances in flight since an earlier process that still await an in-flight slot. */
  readonly awaitingSlot: Set<string>;
  readonly ports: EnginePorts;
}

/** A run that only resolves and follows orders. Its client cannot order. */
export interface ReconcilingRun extends RunBase<CloudReader> {
  readonly purpose: 'reconcile';
}

/** A run of either kind. */
export type FollowingRun = Run | ReconcilingRun;

/** What this process has learned during the run. */
interface LearnedByScope extends Learned {
  /** Whether the provider lets changes wait for their windows, by scope. */
  readonly deferral: Map<string, 'kept' | 'overlooked'>;
  /** Uninterrupted refusals by the limit, by scope. */
  readonly limitRefusals: Map<string, { readonly since: number; times: number }>;
}

/** Effects of a run beside the provider and the journal. A gate without its port is inconclusive. */
export interface EnginePorts {
  /** Verifies the signatures of the plan (null) or of a wave. Without it, no wave that requires its own starts. */
  readonly approvalOf?: (wave: number | null) => Promise<ApprovalDemand>;
  readonly gates?: GatePorts;
  /** Judges the plan by the policy as it is now. Without it, no policy holds. */
  readonly askPolicy?: () => Promise<{
    readonly refusal: PolicyRefusal | null;
    /** The approvals that met its rules, for the journal; null: the journal has them. */
    readonly event: PolicyApproved | null;
  }>;
  /** The windows of the policy at the start of this process. */
  readonly policyWindows?: readonly SavedWindows[];
  /** Bounds the changes in flight in each region. Without it, only the plan bounds them. */
  readonly regions?: RegionBound;
  /** The process ends after so many milliseconds in which the run only waits. Without it, the process waits. */
  readonly rest?: { readonly afterMs: number };
}

/** The bound of a policy on changes in flight in one region of an account. */
export interface RegionBound {
  /** @returns true if the step counts as in flight now. */
  acquire(step: Step): Promise<boolean>;
  release(step: Step): Promise<void>;
}

/** Effects of a gate. Neither throws because of the command or address; both stop when the signal aborts. */
export interface GatePorts {
  /** Runs a command of the plan; absent: the operator has not allowed commands. */
  readonly runCommand?: (
    command: readonly string[],
    options: { readonly input: string; readonly timeout: number; readonly signal: AbortSignal },
  ) => Promise<CommandEnd>;
  readonly askUrl?: (url: string, timeout: number) => Promise<UrlAnswer>;
}

/** How a run ended. */
export interface RunEnd {
  readonly because: EndedBecause;
  readonly exitCode: number;
}

export function scopeOf({ region, profile }: Scope): Scope {
  return { region, profile };
}

/** A scope as a map key. */
export function scopeKey({ region, profile }: Scope): string {
  return `${profile} ${region}`;
}

export function nothingLearned(): LearnedByScope {
  return { usual: null, tail: FIRST_TAIL, firstSince: null, deferral: new Map(), limitRefusals: new Map() };
}
