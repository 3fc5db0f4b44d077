/**
 * The types of a run that is in progress in this process. Nothing in the engine needs to be imported back from here:
 * what works on a run is a function in a file of its own.
 */
import type { LimitFunction } from 'p-limit';
import type { Clock } from '../../clock.ts';
import type { Cloud, CloudReader } from '../../cloud/cloud.ts';
import type { Permits } from '../../cloud/limit/permits.ts';
import type { UrlAnswer } from '../../cloud/network/transport.ts';
import type { EndedBecause, SavedPlan, Scope, Step } from '../../model.ts';
import type { JournalWriter } from '../../store/journal-writer.ts';
import type { CallCounter } from '../call-counter.ts';
import type { Control } from '../control/control.ts';
import type { CommandEnd } from '../decide/judge-gate.ts';
import type { Learned } from '../decide/move.ts';
import type { Demanded } from '../demand-approvals.ts';
import type { StopState } from '../stop-state.ts';
import { FIRST_TAIL, type Waits } from '../waits.ts';
import type { Tally } from './halt.ts';
import type { SlowStart } from './slow-start.ts';
import type { Spread } from './spread.ts';
import type { Watch } from './watch.ts';
import type { WindowGate } from './window-gate.ts';

/** What every run has, whether it orders or only reads. */
interface RunBase<Client extends CloudReader> {
  readonly saved: SavedPlan;
  /** Opened: its `run-started` entry is written. */
  readonly journal: JournalWriter;
  readonly clock: Clock;
  /** The provider as seen by a profile. */
  readonly cloudFor: (profile: string) => Client;
  /** Counts what the clients behind `cloudFor` send. */
  readonly calls: CallCounter;
  readonly watch: Watch;
  readonly waits: Waits;
  readonly stop: StopState;
  readonly learned: LearnedByScope;
  /** The in-flight slots. */
  readonly slots: LimitFunction;
}

/** A run that carries the plan out. */
export interface Run extends RunBase<Cloud> {
  readonly purpose: 'apply';
  readonly permits: Permits;
  readonly control: Control;
  /** Counts the ends of steps against the thresholds. */
  readonly tally: Tally;
  readonly slowStart: SlowStart;
  readonly windowGate: WindowGate;
  /** Holds groups of instances apart. */
  readonly spread: Spread;
  /** Orders between their reservation and their send. */
  readonly placing: LimitFunction;
  /** Steps that will be read next, so that one call reads many instances. */
  readonly upcoming: Set<Step>;
  /** Instances in flight, as a process finds them that resumes a run, and awaiting an in-flight slot. */
  readonly awaitingSlot: Set<string>;
  readonly ports: EnginePorts;
}

/** A run that only resolves and follows what was ordered: it is given a client that cannot order. */
export interface ReconcilingRun extends RunBase<CloudReader> {
  readonly purpose: 'reconcile';
}

/** What following needs of a run. */
export type FollowingRun = Run | ReconcilingRun;

/** What this process has learned as the run goes on. */
interface LearnedByScope extends Learned {
  /** Whether changes that are told to wait for their windows do, by scope. */
  readonly deferral: Map<string, 'kept' | 'overlooked'>;
  /** Orders refused by the limit without one between that was not, by scope. */
  readonly limitRefusals: Map<string, { readonly since: number; times: number }>;
}

/** How a run asks whatever is neither the provider nor the journal. What is missing is inconclusive. */
export interface EnginePorts {
  /** Judges the approvals of a wave that asks for its own, as it is to begin; without it no such wave begins. */
  readonly approvalOf?: (wave: number) => Promise<Demanded>;
  readonly gates?: GatePorts;
}

/** How a gate asks outside. Neither throws for what is asked; both give up when the signal is aborted. */
export interface GatePorts {
  /** Runs a program of the plan's; absent: whoever carries the plan out has not allowed it. */
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

/** A scope as a key. */
export function scopeKey({ region, profile }: Scope): string {
  return `${profile} ${region}`;
}

export function nothingLearned(): LearnedByScope {
  return { usual: null, tail: FIRST_TAIL, firstSince: null, deferral: new Map(), limitRefusals: new Map() };
}
