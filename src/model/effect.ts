/** Everything that a run of a saved plan does or uses, computed by `plan/effects.ts`. */

import type { Zone } from './fleet.ts';
import type { HookPhase, Webhook } from './notification.ts';
import type { PlanSource } from './plan.ts';
import type { Gate } from './rollout.ts';
import type { Schedule, SealedCalendar, Windows } from './windows.ts';

/** One thing that a run of a saved plan does or uses. */
export type Effect =
  | OrdersEffect
  | HookEffect
  | GateEffect
  | WebhookEffect
  | VariableEffect
  | ApprovalsEffect
  | WindowsEffect
  | CalendarEffect
  | ExpiryEffect
  | FinishByEffect
  | ScheduleEffect
  | SourceEffect;

/** Everything that a run of a saved plan does or uses, in the order in which reviews show it. */
export type Effects = readonly Effect[];

/** The orders of one region and profile. The steps are in the saved plan. */
export interface OrdersEffect {
  readonly kind: 'orders';
  readonly region: string;
  readonly profile: string;
  readonly instances: number;
  /** The ids of its steps, in order: one order each. */
  readonly steps: readonly string[];
  /** The zones of added and removed nodes. Orders name a zone by its number, tables by its code. */
  readonly zones: readonly Zone[];
}

/** A program that runs on the machine of the run, as the user who applies. */
export interface HookEffect {
  readonly kind: 'hook';
  readonly phase: HookPhase;
  /** The program and its arguments, no shell. */
  readonly command: readonly string[];
  /** The first word of the command. */
  readonly program: string;
}

/** A check of a gate that runs a program, contacts a host, or reads the monitor product. */
export type GateEffect = GateCommandEffect | GateUrlEffect | GateMetricEffect;

interface AfterWave {
  /** The index and the name of the wave that it follows. */
  readonly wave: number;
  readonly after: string;
  /** How long Refit waits for an answer, milliseconds. */
  readonly timeout: number;
}

/** A program that judges a wave. It runs on the machine of the run, as the user who applies. */
export interface GateCommandEffect extends AfterWave {
  readonly kind: 'gate-command';
  readonly command: readonly string[];
  /** The first word of the command. */
  readonly program: string;
}

/** An address that judges a wave by its answer. */
export interface GateUrlEffect extends AfterWave {
  readonly kind: 'gate-url';
  readonly url: string;
  /** The host of the address, with its port unless that is the usual one. */
  readonly host: string;
}

/** A metric of the resized instances that judges a wave. */
export interface GateMetricEffect extends AfterWave {
  readonly kind: 'gate-metric';
  readonly metric: NonNullable<Gate['metric']>;
}

/** An address that receives requests about the run. */
export interface WebhookEffect extends Webhook {
  readonly kind: 'webhook';
  /** The host of the address; null: only the variable `urlEnv` knows it, on the machine of the run. */
  readonly host: string | null;
}

/** An environment variable that the run reads, and why. */
export interface VariableEffect {
  readonly kind: 'variable';
  readonly name: string;
  readonly purpose: 'webhook-address' | 'webhook-secret';
}

/** A person who may approve. */
export interface ShownApprover {
  readonly name: string;
  /** The fingerprint of the key; null for a key that Refit cannot read, with which nobody can sign. */
  readonly key: string | null;
  /** The relying party of a passkey, and the addresses at which it approves; absent for an SSH key. */
  readonly passkeyOf?: string;
  readonly origins?: readonly string[];
}

/** The signatures that the run needs before its first order, and before some waves. */
export interface ApprovalsEffect {
  readonly kind: 'approvals';
  readonly need: number;
  readonly approvers: readonly ShownApprover[];
  /** People whose approval does not count. */
  readonly authors: readonly string[];
  /** The waves that need their own. `within`: how long a live run waits for it, milliseconds; null: it ends. */
  readonly waves: readonly { readonly name: string; readonly within: number | null }[];
}

/** When steps may start. */
export interface WindowsEffect extends Windows {
  readonly kind: 'windows';
}

/** A calendar whose events are freezes, as sealed into the plan. */
export interface CalendarEffect extends SealedCalendar {
  readonly kind: 'calendar';
}

/** Until when a run may start. */
export interface ExpiryEffect {
  readonly kind: 'expiry';
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** From when on a run orders nothing new. */
export interface FinishByEffect {
  readonly kind: 'finish-by';
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** When the scheduler applies the plan by itself. */
export interface ScheduleEffect extends Schedule {
  readonly kind: 'schedule';
}

/** The run that the plan rolls back or retries. */
export interface SourceEffect {
  readonly kind: 'source';
  readonly of: PlanSource['kind'];
  readonly run: string;
  readonly digest: string;
  readonly head: string;
  /** True if the plan leaves out the windows, freezes and maintenance windows of that run's plan. */
  readonly ignoresWindows: boolean;
}
