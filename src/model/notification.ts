/** Who is notified about a run, and about what. */
import type { Message } from './message.ts';

/** The moments of a run at which Refit runs a hook. */
export const HOOK_PHASES = [
  'run-start',
  'wave-start',
  'wave-end',
  'gate',
  'approval',
  'halt',
  'unknown',
  'run-end',
] as const;
export type HookPhase = (typeof HOOK_PHASES)[number];

/** The command of each phase: a program and its arguments, no shell. */
export type Hooks = Readonly<Partial<Record<HookPhase, readonly string[]>>>;

/** The events that a webhook can receive. */
export const NOTICE_EVENTS = ['run-start', 'gate', 'approval', 'halt', 'unknown', 'end'] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** An address that receives requests about a run. It has exactly one of `url` and `urlEnv`. */
export interface Webhook {
  /** https, or loopback. Never an address that contains a secret. */
  readonly url: string | null;
  /** The operator's environment variable with the address. */
  readonly urlEnv: string | null;
  readonly form: 'json' | 'slack' | 'wecom' | 'feishu' | 'dingtalk';
  readonly on: readonly NoticeEvent[];
  /** The environment variable with the signing secret; null: unsigned. */
  readonly secretEnv: string | null;
}

/** One delivery to a hook or webhook, with its result. */
export interface NotificationResult {
  readonly by: 'hook' | 'webhook';
  readonly event: HookPhase;
  /** The number of the entry that it is about. */
  readonly about: number;
  /** The program, or the host. Never a whole address, which may be a secret. */
  readonly to: string;
  readonly ok: boolean;
  readonly message: Message;
}
