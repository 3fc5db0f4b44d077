/** Who is notified of a run, and of what. */

/** The moments of a run at which a hook is run. */
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

/** What an address can be told of. */
export const NOTICE_EVENTS = ['run-start', 'gate', 'approval', 'halt', 'unknown', 'end'] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** An address that is told of a run by requests. Exactly one of `url` and `urlEnv` is there. */
export interface Webhook {
  /** https, or loopback. Never one that holds a secret. */
  readonly url: string | null;
  /** The environment variable of whoever applies that holds the address. */
  readonly urlEnv: string | null;
  readonly form: 'json' | 'slack' | 'wecom' | 'feishu' | 'dingtalk';
  readonly on: readonly NoticeEvent[];
  /** The environment variable that holds the secret to sign with; null: unsigned. */
  readonly secretEnv: string | null;
}

/** Who was told of what, and what came of it. */
export interface NotificationResult {
  readonly by: 'hook' | 'webhook';
  readonly event: HookPhase;
  /** The number of the entry that it was about. */
  readonly about: number;
  /** The program, or the host: never a whole address, which may be a secret. */
  readonly to: string;
  readonly ok: boolean;
  readonly message: string;
}
