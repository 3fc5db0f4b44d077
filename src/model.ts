/**
 * The nouns. Read this file first; it imports nothing.
 *
 * Glossary (the words are the field's own; the verbs are: parse text, validate by schema, resolve
 * selectors, check by rules, seal a plan, apply it, order, settle, verify, replay a journal, render a report):
 *
 *   plan        what an author wrote in YAML, after validation
 *   saved plan  steps against one inventory, sealed by a digest; what a person approves
 *   target      one instance with the absolute size it is to have
 *   dimension   what one ordering call can change: memory per shard, shards or replicas
 *   change      one dimension of one instance, from -> to
 *   step        a change with its id and wave: one ordering call
 *   wave        steps that may be under way together; the next begins when they are settled
 *   inventory   the instances, as read at one moment
 *   catalogue   what is sold, by zone, edition and pay mode
 *   finding     what is said of a plan before running; a rule is the pure function that says it
 *   run         one execution of one saved plan; it has one journal
 *   order       what an accepted call creates at the provider: a number, money ("deal" on the wire)
 *   settle      the provider's work ending; verify = reading the instance back at `to`
 *   outcome     how a step ended, each step exactly one
 *   mend        what to do about it, typed as a command or a value where there is one
 */

/** What one ordering call can change. The provider accepts exactly one of them per call. */
export type Dimension = 'memoryPerShard' | 'shards' | 'replicas';

/** All dimensions, in the order in which they are shown. */
export const DIMENSIONS: readonly Dimension[] = ['memoryPerShard', 'shards', 'replicas'];

/** An instance's size. `memoryPerShard` is MB (1,024-based) of ONE shard, never the instance's total. */
export interface Size {
  readonly memoryPerShard: number;
  readonly shards: number;
  /** Replicas beside the master, each a full copy of all shards. */
  readonly replicas: number;
}

export type Architecture = 'standard' | 'cluster' | 'standalone';

/** A product edition. Source: facts §3 (type codes), read 2026-11. */
export interface Edition {
  readonly name: string;
  /** The provider's numeric type code. */
  readonly type: number;
  readonly architecture: Architecture;
  /** What can be changed by an order. */
  readonly dimensions: readonly Dimension[];
}

const memoryOnly: readonly Dimension[] = ['memoryPerShard'];
const standard: readonly Dimension[] = ['memoryPerShard', 'replicas'];
const cluster: readonly Dimension[] = ['memoryPerShard', 'shards', 'replicas'];

/** Every edition Refit knows: the closed list of the plan schema. Source: facts §3, read 2026-11. */
export const EDITIONS = [
  { name: 'redis-2.8-standard', type: 2, architecture: 'standard', dimensions: memoryOnly },
  { name: 'ckv-3.2-standard', type: 3, architecture: 'standard', dimensions: memoryOnly },
  { name: 'ckv-3.2-cluster', type: 4, architecture: 'cluster', dimensions: cluster },
  { name: 'redis-2.8-standalone', type: 5, architecture: 'standalone', dimensions: memoryOnly },
  { name: 'redis-4.0-standard', type: 6, architecture: 'standard', dimensions: standard },
  { name: 'redis-4.0-cluster', type: 7, architecture: 'cluster', dimensions: cluster },
  { name: 'redis-5.0-standard', type: 8, architecture: 'standard', dimensions: standard },
  { name: 'redis-5.0-cluster', type: 9, architecture: 'cluster', dimensions: cluster },
  { name: 'redis-6.2-standard', type: 15, architecture: 'standard', dimensions: standard },
  { name: 'redis-6.2-cluster', type: 16, architecture: 'cluster', dimensions: cluster },
  { name: 'redis-7.0-standard', type: 17, architecture: 'standard', dimensions: standard },
  { name: 'redis-7.0-cluster', type: 18, architecture: 'cluster', dimensions: cluster },
  { name: 'valkey-8.0-standard', type: 19, architecture: 'standard', dimensions: standard },
  { name: 'valkey-8.0-cluster', type: 20, architecture: 'cluster', dimensions: cluster },
  { name: 'valkey-9.0-standard', type: 21, architecture: 'standard', dimensions: standard },
  { name: 'valkey-9.0-cluster', type: 22, architecture: 'cluster', dimensions: cluster },
  { name: 'memcached-1.6-cluster', type: 200, architecture: 'cluster', dimensions: cluster },
] as const satisfies readonly Edition[];

/** The name of a known edition. */
export type EditionName = (typeof EDITIONS)[number]['name'];

export type InstanceStatus =
  | 'initialising'
  | 'processing'
  | 'running'
  | 'isolated'
  | 'deleting'
  | 'unrecognised';

export type Billing = 'prepaid' | 'postpaid';

/** A zone: its code, and the number by which an order names it. */
export interface Zone {
  /** Such as `ap-shanghai-4`; the number as text where nothing names it. */
  readonly code: string;
  readonly number: number;
}

/** A node of a multi-zone instance: the master, or one replica with a full copy of all shards. */
export interface InstanceNode {
  /** The provider's number for it; null where it has none on record, as a replica that is yet to be added. */
  readonly id: number | null;
  readonly role: 'master' | 'replica';
  readonly zone: Zone;
}

/**
 * The hours of each day in which the provider changes an instance that is told to wait for them: `HH:MM`, Beijing time,
 * the end not included, never over midnight. Source: facts §2.6, read 2026-11; the time zone is an inference.
 */
export interface MaintenanceWindow {
  readonly from: string;
  readonly to: string;
}

/** One instance, as read from the provider. Names and tags are hostile text: escape before showing. */
export interface Instance {
  /** `crs-` and eight or more letters and digits. */
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** Zone code such as `ap-guangzhou-3`, or the numeric id as text where the catalogue does not name it. */
  readonly zone: string;
  /** Which credentials see it: a named profile, `default` unless the plan says otherwise. */
  readonly profile: string;
  /** `unrecognised` for a type code newer than this program: such an instance is never a target. */
  readonly edition: EditionName | 'unrecognised';
  /** The provider's type code. */
  readonly type: number;
  readonly status: InstanceStatus;
  readonly size: Size;
  readonly billing: Billing;
  readonly tags: Readonly<Record<string, string>>;
  /** Its nodes, which the provider lists for multi-zone instances only: empty = it is in one zone. */
  readonly nodes: readonly InstanceNode[];
  /** Prepaid expiry, ISO 8601 UTC; null where there is none. */
  readonly deadline: string | null;
  /** Memory in use, where it has been read. The provider's own SizeUsed is obsolete and never used. */
  readonly used: UsedMemory | null;
  /** A provider task that was under way on it when it was read (backup, migration, resize), in words; else null. */
  readonly task: string | null;
  /** The number of an order for it that waits to be paid; else null. */
  readonly unpaidOrder: string | null;
  /** Read only for plans with `switch: maintenance-window`; absent: not read. */
  readonly window?: MaintenanceWindow;
}

/** Memory in use, MB. */
export interface UsedMemory {
  readonly total: number;
  /** The fullest shard, where known; equal to the total on standard architecture. */
  readonly fullestShard: number | null;
  /** What was asked, in words: the metric with its statistic, time range and period, and what the shards said. */
  readonly source: string;
  /** ISO 8601 UTC. */
  readonly readAt: string;
}

/** The instances of one or more regions and identities, as read at one moment. Its file: `refit inventory -o`. */
export interface Inventory {
  readonly format: typeof INVENTORY_FORMAT;
  /** ISO 8601 UTC. */
  readonly readAt: string;
  /** The region and profile pairs that were read: an instance elsewhere is unknown, not absent. */
  readonly scopes: readonly Scope[];
  readonly instances: readonly Instance[];
  readonly catalogue: Catalogue;
  /** What each profile's account can pay, where it has been read. */
  readonly balances: Readonly<Record<string, Money>>;
}

/** Where instances are read and orders are placed: one region as seen by one identity. */
export interface Scope {
  readonly region: string;
  readonly profile: string;
}

/** What the provider sells. */
export interface Catalogue {
  /** ISO 8601 UTC. */
  readonly readAt: string;
  readonly offers: readonly Offer[];
  /** The zones of the regions that were read, as far as their numbers are known: where a replica can be put. */
  readonly zones: readonly (Zone & { readonly region: string })[];
}

/** What is sold of one edition in one zone under one pay mode. Lists are sorted ascending. */
export interface Offer {
  readonly region: string;
  readonly zone: string;
  readonly edition: EditionName;
  readonly billing: Billing;
  /** MB per shard. */
  readonly memoryPerShard: readonly number[];
  readonly shards: readonly number[];
  readonly replicas: readonly number[];
  /** The edition is sold out here. */
  readonly soldOut: boolean;
  /** The whole zone is sold out. */
  readonly zoneSoldOut: boolean;
}

/** A place in the author's text. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Severity = 'error' | 'warning' | 'note';

/** What is said of a plan before it runs. `error` blocks. */
export interface Finding {
  /** The provider's spelling where the provider would refuse, else `Refit.…`. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence with the numbers in it. */
  readonly what: string;
  /** What to do, typed as a command or value where there is one. */
  readonly mend: string;
  readonly place: Place | null;
  /** The source line with a mark under the place, drawn when the text was at hand. */
  readonly excerpt: string | null;
  readonly instance: string | null;
}

/** A comparison with its operator written out, as in `> 2`, `<= 40%`, `> 5% of wave`. */
export interface Threshold {
  readonly operator: '>' | '>=' | '<' | '<=';
  readonly value: number;
  /** `count` is a plain number; the others are percentages of that base. */
  readonly base: 'count' | 'inventory' | 'wave' | 'run';
}

/** The wish for one dimension of a target. Memory is MB per shard. */
export type Wish =
  | { readonly kind: 'absolute'; readonly value: number }
  | {
      readonly kind: 'relative';
      /** Growth over the present size: a percentage, or an amount in MB. */
      readonly grow: { readonly percent: number } | { readonly amount: number } | null;
      /** The least size: MB per shard, or a multiple of the memory in use. */
      readonly atLeast: number | { readonly timesUsed: number } | null;
      readonly atMost: number | null;
      readonly roundTo: 'sold' | null;
    };

/** One condition on instances; every given key must hold. Lists are alternatives. */
export interface Select {
  readonly all: boolean;
  readonly ids: readonly string[] | null;
  readonly regions: readonly string[] | null;
  readonly tags: Readonly<Record<string, readonly string[]>> | null;
  /** A glob: `*` and `?`. */
  readonly name: string | null;
  readonly editions: readonly EditionName[] | null;
  readonly status: readonly InstanceStatus[] | null;
}

/** One entry of a plan's `targets`. */
export interface PlanTarget {
  readonly place: Place;
  readonly region: string | null;
  readonly profile: string | null;
  /** A single instance id, or a selector with its exclusions. */
  readonly match:
    | { readonly kind: 'instance'; readonly instance: string }
    | { readonly kind: 'select'; readonly select: Select; readonly exclude: readonly Select[] };
  readonly wishes: Readonly<Partial<Record<Dimension, Wish>>>;
  /**
   * Zone codes for the replicas that are added, or from which replicas are taken, of multi-zone instances: one for
   * each, gone round when it is shorter. null = not said.
   */
  readonly zones: readonly string[] | null;
  /** In a plan made from a run: what must be so of the instance for it to become steps. */
  readonly fromRun?: {
    /** The size at which the run left it; null: any will do. */
    readonly leftAt: Size | null;
    /** A step of it whose outcome is unknown: it is blocked until the run has settled it. */
    readonly unsettled: string | null;
  };
}

export type Take =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'rest' };

/** What a wave takes its instances from: every given key must hold, lists are alternatives. */
export interface WaveFrom {
  readonly regions?: readonly string[];
  readonly profiles?: readonly string[];
  readonly tags?: Readonly<Record<string, readonly string[]>>;
}

/** A number compared with its operator written out. */
export interface Comparison {
  readonly operator: Threshold['operator'];
  readonly value: number;
}

/** A metric of the monitor product that a gate can judge. Source: facts §2.7, read 2026-11. */
export type MetricName = 'MemUtil' | 'MemMaxUtil' | 'MemUsed';

/** What is judged after a wave, before anything else begins. Each member that is there is judged; all must succeed. */
export interface Gate {
  /** Fails where so many steps of the wave failed or were refused, or are unknown. */
  readonly failed?: Threshold;
  readonly unknown?: Threshold;
  /**
   * Fails where the resizes of the wave took so long, each from its acceptance or its beginning to its end, by the
   * median: in milliseconds, or as a multiple of the median of the waves before.
   */
  readonly duration?: Comparison & { readonly unit: 'ms' | 'forecast' };
  /** Fails where the greatest figure of any instance that was resized in the wave does; `over` so many milliseconds. */
  readonly metric?: { readonly name: MetricName; readonly fails: Comparison; readonly over: number };
  /** Fails where the program ends otherwise than with 0; 75 says that it cannot tell. */
  readonly command?: readonly string[];
  /** Fails where the address answers otherwise than with 2xx. */
  readonly url?: string;
  /** Milliseconds for each answer. */
  readonly timeout: number;
  readonly onInconclusive: 'pause' | 'halt';
  /** Judged and told, and stops nothing. */
  readonly shadow: boolean;
}

/** What of a gate was judged. */
export type GateJudge = 'failed' | 'unknown' | 'duration' | 'metric' | 'command' | 'url';

export type GateOutcome = 'success' | 'failure' | 'inconclusive';

/** `within`: milliseconds for which a live run waits for it, from when it is asked for. */
export type WaveApproval = 'required' | { readonly within: number };

/** How a wave goes on, beyond what `execution` says. */
export interface WaveConduct {
  /** Milliseconds to wait after the wave before the next begins; absent: none. */
  readonly soak?: number;
  /** Whether it begins with one resize at once and doubles as they are verified; absent: as `execution` says. */
  readonly slowStart?: boolean;
  /** It does not begin until it has been approved by itself: the run ends before it, or waits for so long first. */
  readonly approval?: WaveApproval;
  /** What ends the run early by the steps of this wave alone, beside what `execution` says; absent: nothing more. */
  readonly haltWhen?: { readonly failed?: Threshold; readonly unknown?: Threshold };
  /** Judged after the wave and its soak; absent: nothing is. */
  readonly gate?: Gate;
}

/** A wave as the author wrote it. `take` counts instances. */
export interface PlanWave extends WaveConduct {
  readonly name: string;
  readonly take: Take;
  /** Absent: from all. */
  readonly from?: WaveFrom;
}

/** Who may approve a plan, by name and Ed25519 public key. */
export interface Approver {
  /** Unique among the approvers of a plan, letters' case aside. */
  readonly name: string;
  /** `ssh-ed25519 AAAA…`, without a comment. */
  readonly key: string;
}

/** How many must sign, and the file that names the approvers, as the author wrote it. */
export interface ApproversInFile {
  readonly need: number;
  readonly from: string;
  readonly place: Place;
}

/** How many must sign a plan made from a run, and who may, as the plan of the run has sealed it. */
export type ApproversOfRun = Pick<Approvals, 'need' | 'approvers'>;

/** The signatures without which a plan is not carried out, as sealed into it. */
export interface Approvals {
  /** How many distinct approvers must have signed: the plan, and again each wave that asks for it. */
  readonly need: number;
  /** Whose approval does not count: the plan's owner, and the operating system's user who planned it. */
  readonly authors: readonly string[];
  readonly approvers: readonly Approver[];
}

/** What an approver signs. Its file: `<saved plan>.approval-<name>.json`, its canonical form and a line feed. */
export interface ApprovalFile {
  readonly format: typeof APPROVAL_FORMAT;
  /** The saved plan's. */
  readonly digest: string;
  /** The wave that is approved; null: the plan. */
  readonly wave: string | null;
  readonly by: string;
  /** The fingerprint of the key that signed: `SHA256:` and 43 characters, as `ssh-keygen -l` shows it. */
  readonly key: string;
  /** ISO 8601 UTC. */
  readonly issuedAt: string;
  readonly expiresAt: string;
  /** Ed25519, base64, over the canonical form of everything else in this value. */
  readonly signature: string;
}

/**
 * What somebody signs of a run: that its journal had this head. Its file: `signatures/<name>.json` in the run directory,
 * its canonical form and a line feed.
 */
export interface HeadSignature {
  readonly format: typeof HEAD_SIGNATURE_FORMAT;
  /** The saved plan's. */
  readonly digest: string;
  /** The hash of the journal's last entry then, and its number. */
  readonly head: string;
  readonly entries: number;
  /** Who signed, as they say of themselves: the key tells who it was. */
  readonly by: string;
  /** `ssh-ed25519 AAAA…`, without a comment: the key that signed. */
  readonly key: string;
  /** ISO 8601 UTC, by the clock of whoever signed. */
  readonly signedAt: string;
  /** Ed25519, base64, over the canonical form of everything else in this value. */
  readonly signature: string;
}

/** An approval as the journal holds it: digest, format and wave are those of its entry and run. */
export type Signed = Pick<ApprovalFile, 'by' | 'key' | 'issuedAt' | 'expiresAt' | 'signature'>;

/** How a run behaves; part of what is approved. */
export interface Execution {
  /** Resizes under way at once. */
  readonly inFlight: number;
  /** Per action, endpoint and identity; never above the provider's 20. */
  readonly requestsPerSecond: number;
  /** When the provider may begin a change: as soon as it is ordered, or in the instance's own maintenance window. */
  readonly switch: 'now' | 'maintenance-window';
  /** Milliseconds every source must stay silent before "no answer" means "not executed". */
  readonly patience: number;
  /** What ends a run early. `failed` counts failed and refused; `unknown` what is unknown after patience. */
  readonly haltWhen: { readonly failed: Threshold | null; readonly unknown: Threshold | null };
  /** Each wave begins with one resize at once, and doubles as they are verified; absent: with `inFlight`. */
  readonly slowStart?: boolean;
}

/** What may not be under way together: at most so many instances of one group at once, over the whole run. */
export interface Spread {
  /** `tags.KEY`, `zone`, `region` or `profile`: instances of one value are a group. */
  readonly by: string;
  readonly maxInFlight: number;
}

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

/** When steps may begin, as written. Spellings: `plan/window-text.ts`. */
export interface Windows {
  /** The IANA time zone in which windows and freezes are meant. */
  readonly timezone: string;
  /** Such as `Tue-Thu 01:00-05:00`; empty: at any time that is not frozen. */
  readonly allow: readonly string[];
  /** Such as `2026-11-10..2026-11-12`. */
  readonly freeze: readonly string[];
  /** Milliseconds before a window closes from which on nothing new begins. */
  readonly lastStart: number;
  /** What becomes of what is under way when the window closes: followed to its end, or left to the next apply. */
  readonly atClose: 'drain' | 'halt';
}

/** A calendar whose events are freezes, as it was read when planning. */
export interface SealedCalendar {
  /** Its file, as the plan names it. */
  readonly file: string;
  /** ISO 8601 UTC. Nothing begins from then on: what the calendar says of later times is not sealed. */
  readonly knownUntil: string;
  /** ISO 8601 UTC, `to` not included; in the order of their beginnings. */
  readonly freezes: readonly { readonly from: string; readonly to: string; readonly what: string }[];
}

/** Windows as they were approved: what their calendars said is a part of them. */
export interface SavedWindows extends Windows {
  readonly calendars: readonly SealedCalendar[];
}

/** When a plan is due by itself, and what is done then: `refit schedule`. */
export interface Schedule {
  readonly when: /** Five fields of cron, by the clock of an IANA time zone. */
    | { readonly kind: 'cron'; readonly cron: string; readonly timezone: string }
    /** `at`: ISO 8601 UTC; `zone`: the offset in which it was written, such as `+08:00`, or `UTC`. */
    | { readonly kind: 'once'; readonly at: string; readonly zone: string };
  /** `dry-run`: plan, and keep the review. `run`: plan anew, and carry it out; a saved plan is carried out as it is. */
  readonly does: 'dry-run' | 'run';
  /** Of due times that went by while nobody looked: the newest is made up for, or none is. */
  readonly catchUp: 'run' | 'skip';
  /** Milliseconds after which one that went by is not made up for any more; absent: no such limit. */
  readonly catchUpWithin?: number;
}

/** What an author wrote, after validation. */
export interface Plan {
  readonly file: string;
  readonly name: string;
  /** The change ticket. */
  readonly change: string | null;
  readonly owner: string | null;
  /** Milliseconds after sealing in which a run may begin. */
  readonly expires: number;
  readonly onBlocked: 'refuse' | 'skip';
  /** ISO 8601 UTC: nothing new is ordered from then on; null = no such end. */
  readonly finishBy: string | null;
  readonly defaults: { readonly region: string | null; readonly profile: string | null };
  readonly targets: readonly PlanTarget[];
  readonly guards: {
    readonly targets: Threshold | null;
    readonly shrink: 'allow' | 'deny';
    readonly cost: {
      readonly operator: Threshold['operator'];
      readonly amount: number;
      readonly currency: string;
    } | null;
  };
  readonly waves: readonly PlanWave[];
  /** When steps may begin; absent: at any time. The calendars are files beside the plan. */
  readonly windows?: Windows & { readonly calendars: readonly string[] };
  /** Signatures without which it is not carried out; absent: none. */
  readonly approvals?: ApproversInFile | ApproversOfRun;
  readonly execution: Execution;
  /** Absent: no such bound. */
  readonly spread?: Spread;
  /** The run that it was made from; absent where an author wrote it. */
  readonly source?: PlanSource;
  readonly hooks?: Hooks;
  readonly notify?: readonly Webhook[];
  /** When it is due by itself; absent: never. */
  readonly schedule?: Schedule;
}

/** Where a plan came from that nobody wrote: the run, the digest of its saved plan, and the head of its journal. */
export interface PlanSource {
  readonly kind: 'rollback' | 'retry';
  /** The run directory, as it was named. */
  readonly run: string;
  readonly digest: string;
  readonly head: string;
  /** The windows and freezes of the run's plan were left out, and the maintenance windows; absent: it keeps to them. */
  readonly ignoresWindows?: true;
}

/** One instance with the absolute size it is to have. */
export interface Target {
  readonly instance: Instance;
  readonly to: Size;
  /** Where the author asked for it. */
  readonly place: Place;
  /** How a relative wish became this number, for the reviewer. */
  readonly because: string | null;
  /** Zone codes for added or removed replicas; null = the author names none. */
  readonly zones: readonly string[] | null;
}

/** One dimension of one instance, from -> to: what one ordering call does. */
export interface Change {
  readonly dimension: Dimension;
  /** Whole numbers in the dimension's unit; MB for memoryPerShard. */
  readonly from: number;
  readonly to: number;
}

/**
 * Which nodes a change of the replicas of a multi-zone instance is about: the provider wants only the added ones named,
 * or only the removed ones. Source: facts §1.3, read 2026-11.
 */
export type NodeChange =
  /** One replica in each of these zones, a zone as often as it is to get one. */
  | { readonly kind: 'add'; readonly zones: readonly Zone[] }
  | { readonly kind: 'remove'; readonly nodes: readonly { readonly id: number; readonly zone: Zone }[] };

/** An amount of money in units of its currency (not cents). */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/**
 * The provider's own quote for one step. `once`: prepaid, the difference to pay now (negative: a refund).
 * `hourly`: postpaid, the new price an hour. Source: facts §2.3, the reading of both is an inference.
 */
export interface Quote extends Money {
  readonly basis: 'once' | 'hourly';
  /** ISO 8601 UTC. */
  readonly readAt: string;
  /** Not the provider's own figure but one scaled from it: a later step can be asked about only as if it were the first. */
  readonly reckoned?: true;
}

/** A sum of quotes of one currency and basis. */
export type PriceSum = Pick<Quote, 'amount' | 'currency' | 'basis'>;

/** What the steps of one wave, region or account cost. */
export interface PriceShare {
  readonly by: 'wave' | 'region' | 'account';
  /** The wave, the region, or the profile by which the account is reached. */
  readonly name: string;
  readonly steps: number;
  /** Steps whose price is not known. */
  readonly unpriced: number;
  readonly sums: readonly PriceSum[];
}

/** A change with its id and wave: one ordering call. */
export interface Step {
  /** `<instance>/<dimension>`, unique in a saved plan. */
  readonly id: string;
  readonly instance: string;
  readonly region: string;
  readonly profile: string;
  readonly edition: EditionName;
  readonly change: Change;
  /** The nodes it adds or removes; absent for all but the replicas of multi-zone instances. */
  readonly nodes?: NodeChange;
  /** The instance's whole size when this step begins, and when it is verified. */
  readonly before: Size;
  readonly after: Size;
  /** The id of the step on the same instance that must be verified first. */
  readonly needs: string | null;
  /** Index into the saved plan's waves. */
  readonly wave: number;
  readonly place: Place | null;
  readonly quote: Quote | null;
}

/** What must still hold of an instance when its first step begins. */
export interface Precondition {
  readonly instance: string;
  readonly name: string;
  readonly region: string;
  readonly zone: string;
  readonly profile: string;
  readonly edition: EditionName;
  readonly billing: Billing;
  readonly size: Size;
  /** The whole size after its last step. */
  readonly target: Size;
  /** Why the steps come in this order, or how a relative size was reached; null where there is nothing to say. */
  readonly because: string | null;
  /** The memory in use that its new size was held against: a reduction, or a size by the memory in use. Else absent. */
  readonly used?: UsedMemory;
  /** With `switch: maintenance-window` the window that it must still have; else absent. */
  readonly window?: MaintenanceWindow;
  /** With `spread` the group that it belongs to; absent: it is a group of its own. */
  readonly group?: string;
  /** ISO 8601 UTC. */
  readonly readAt: string;
}

/** A wave of a saved plan. */
export interface Wave extends WaveConduct {
  readonly name: string;
  /** Step ids in order. */
  readonly steps: readonly string[];
}

/** How long changes take, from the acceptance of an order to its being read back. */
export interface Durations {
  /** Measured in past runs; or assumed, where nobody has measured any. */
  readonly source: 'runs' | 'assumed';
  /** Which runs, or which assumption with its source. */
  readonly what: string;
  readonly of: Readonly<Record<Dimension, DurationSpread>>;
}

/** The durations of changes of one dimension. */
export interface DurationSpread {
  /** How many were measured; 0: those of all dimensions together are taken, or the assumption. */
  readonly samples: number;
  /** The shortest, the nine deciles and the longest: eleven seconds, ascending. */
  readonly seconds: readonly number[];
}

/** A time that is not certain, in seconds: as likely less as more, and less nine times of ten. */
export interface LikelySeconds {
  readonly p50: number;
  readonly p90: number;
}

/** What carrying the plan out is likely to take. */
export interface ForecastTime {
  readonly durations: Durations;
  /** From the begin of a run to its end, soaks and closed windows counted in. */
  readonly total: LikelySeconds;
  /** From the begin of a run to its last order, were every window open. */
  readonly lastOrder: LikelySeconds;
  /** In the order of the plan's waves: from the begin of a run to the end of the wave, before its soak. */
  readonly waves: readonly ({ readonly name: string } & LikelySeconds)[];
  /** How many windows the run goes through, by the median; 1 where there are none. */
  readonly windows: number;
  /** Calls by action: orders exactly, reads about. */
  readonly calls: Readonly<Record<string, number>>;
}

/** What carrying the plan out will cost in calls and time. */
export interface Forecast {
  /** Ordering calls: one a step. */
  readonly orders: number;
  /** The least time the request rate allows for the orders, in seconds. */
  readonly leastSeconds: number;
  /** Calls of the monitor product, which are billed beyond a monthly allowance, made for this plan; absent: none. */
  readonly monitorCalls?: number;
  /** The first window in which a run can begin, from the time of planning on; absent where there are no windows. */
  readonly window?: {
    /** ISO 8601 UTC. */
    readonly opens: string;
    /** null: not within a year. */
    readonly closes: string | null;
    /** As the clock of the plan's zone shows it: `Wed 2026-11-25 01:00-05:00 Asia/Shanghai`. */
    readonly local: string;
    /** Whether the last order is likely to leave in it, nine times of ten. */
    readonly fits: boolean;
  };
  /** What it is likely to take; absent where nothing is ordered, and in plans sealed before this was reckoned. */
  readonly time?: ForecastTime;
}

export const SAVED_PLAN_FORMAT = 'refit.saved-plan/1';
export const JOURNAL_FORMAT = 'refit.journal/1';
export const REPORT_FORMAT = 'refit.report/1';
export const INVENTORY_FORMAT = 'refit.inventory/1';
export const APPROVAL_FORMAT = 'refit.approval/1';
export const HEAD_SIGNATURE_FORMAT = 'refit.head-signature/1';

/** Steps against one inventory, sealed by a digest; what a person approves. */
export interface SavedPlan {
  readonly format: typeof SAVED_PLAN_FORMAT;
  /** SHA-256, hex, over the canonical form of everything else in this value: meaning, not bytes. */
  readonly digest: string;
  readonly name: string;
  readonly change: string | null;
  readonly owner: string | null;
  /** The plan file's name, for the reader. */
  readonly file: string;
  /** ISO 8601 UTC. A run may begin before `expiresAt`; one that has begun may go on. */
  readonly sealedAt: string;
  readonly expiresAt: string;
  readonly finishBy: string | null;
  /** Where the instances were read from (`live`, or the inventory file) and when. */
  readonly inventory: { readonly source: string; readonly readAt: string; readonly instances: number };
  readonly execution: Execution;
  /** Absent: nobody has to sign. */
  readonly approvals?: Approvals;
  /** Absent: no such bound. */
  readonly spread?: Spread;
  /** When steps may begin; absent: at any time. */
  readonly windows?: SavedWindows;
  readonly waves: readonly Wave[];
  readonly steps: readonly Step[];
  readonly preconditions: readonly Precondition[];
  /** Targets that already fit: nothing is ordered for them. */
  readonly unchanged: readonly { readonly instance: string; readonly region: string; readonly why: string }[];
  /** Targets left out with `onBlocked: skip`, with code and mend. */
  readonly blocked: readonly BlockedTarget[];
  /** Warnings and notes, for the reviewer. */
  readonly findings: readonly Finding[];
  /** Sums of the quotes by currency and basis; empty where the plan was not priced. */
  readonly prices: readonly PriceSum[];
  /** The same by wave, region and account; absent where the plan was not priced. */
  readonly priceShares?: readonly PriceShare[];
  readonly forecast: Forecast;
  /** The run that it was made from; absent where an author wrote the plan. */
  readonly source?: PlanSource;
  /** Commands that are run at moments of the run; absent: none. */
  readonly hooks?: Hooks;
  /** Addresses that are told of the run; absent: none. */
  readonly notify?: readonly Webhook[];
  /** When a scheduler carries it out; absent: it is carried out by hand. There only where the plan is scheduled to run. */
  readonly schedule?: Schedule;
}

/** A plan as it would be sealed: all of it but the digest. */
export type UnsealedPlan = Omit<SavedPlan, 'digest'>;

/** What `plan` and `show` put before a reviewer. */
export type Review = PlanReview | TextReview;

export type PlanReview = SealedReview | RefusedReview;

interface Reviewed {
  /** Every finding: those that block first. Includes those of the blocked targets and those of the saved plan. */
  readonly findings: readonly Finding[];
  /** The exact command to type next; null where there is none. */
  readonly next: string | null;
}

/** `no-change`: everything already fits, and there is nothing to apply. */
export interface SealedReview extends Reviewed {
  readonly verdict: 'ready' | 'no-change';
  readonly plan: SavedPlan;
}

/** Nothing was sealed. */
export interface RefusedReview extends Reviewed {
  readonly verdict: 'blocked';
  /** What would have been sealed, for showing only. */
  readonly plan: UnsealedPlan;
}

/** Only the text was looked at, and nothing was planned. */
export interface TextReview extends Reviewed {
  readonly verdict: 'valid' | 'invalid';
  /** The plan file, or several. */
  readonly file: string;
}

/** A target that did not become a step. */
export interface BlockedTarget {
  readonly instance: string;
  readonly region: string;
  readonly findings: readonly Finding[];
}

/** How a step ended. Every step of a saved plan has exactly one in every report. */
export type Outcome = 'verified' | 'failed' | 'refused' | 'drifted' | 'skipped' | 'unknown' | 'not-run';

/** All outcomes, in the order in which they are shown. */
export const OUTCOMES: readonly Outcome[] = [
  'verified',
  'failed',
  'refused',
  'drifted',
  'skipped',
  'unknown',
  'not-run',
];

/**
 * Why a run ended. `done`: every step has an end of its own. `not-approved`: before a wave that asks for an approval.
 * `reconciled`: its process had died, and a reconcile settled what was unknown, left the rest and has no other reason to
 * tell.
 */
export type EndedBecause =
  | 'done'
  | 'halted'
  | 'drained'
  | 'finish-by'
  | 'window-closed'
  | 'not-approved'
  | 'reconciled';

/** What a process holds alone while it carries a plan out. `instances`: those of its open steps, between plans. */
export type RunLock = 'saved-plan' | 'run-directory' | 'instances';

/** A dead process that had held a lock. */
export interface FormerHolder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601 UTC. */
  readonly since: string;
  readonly purpose: string;
}

/** What the program does after a refusal. One table decides it: `run/after-refusal.ts`. */
export type AfterRefusal = 'try-again' | 'read-first' | 'wait' | 'skip' | 'halt';

/**
 * Everything that can happen in a run, each entry one fact. The journal adds `seq`, `at`, `prev` and `hash`.
 * An `intent` is durable before its order leaves; `attempt` counts from 1 per step.
 */
export type Deed =
  /** A process took the run up: the first entry, and again after each restart (`resumed`). */
  | {
      readonly kind: 'run-started';
      readonly format: typeof JOURNAL_FORMAT;
      readonly plan: string;
      readonly digest: string;
      readonly resumed: boolean;
      /** Only to settle by reading what is unknown, ordering nothing; absent: to carry the plan out. */
      readonly purpose?: 'reconcile';
      /** Bytes of a torn last line that were cut off: an entry being written when the process before this one died. */
      readonly cutOff: number;
      readonly by: { readonly user: string; readonly host: string; readonly pid: number };
      readonly endpoint: string;
      readonly version: string;
    }
  /** Locks whose holder was dead were taken over: which, and from whom. Comes right after `run-started`. */
  | {
      readonly kind: 'lock-taken-over';
      readonly locks: readonly RunLock[];
      readonly from: FormerHolder;
    }
  /** Whose keys this process uses, as the provider told it; `caller` null: it did not, and `why`. */
  | ({ readonly kind: 'caller' } & CallerTold)
  /** Approval as it was given: at the prompt, or by `--auto-approve`. */
  | { readonly kind: 'approved'; readonly how: 'prompt' | 'auto-approve'; readonly by: string }
  /** Signatures of the approvers, as many as the plan wants: of the plan (wave null), or of one wave. */
  | {
      readonly kind: 'approved';
      readonly how: 'signatures';
      /** Their names, with commas. */
      readonly by: string;
      /** Index into the plan's waves. */
      readonly wave: number | null;
      /** When they were found good, ISO 8601 UTC: none had expired by then. */
      readonly judgedAt: string;
      readonly signed: readonly Signed[];
    }
  /** The wave is to begin, and waits for its approvals until then (ISO 8601 UTC); `what`: which are missing. */
  | {
      readonly kind: 'approval-awaited';
      readonly wave: number;
      readonly name: string;
      readonly until: string;
      readonly what: string;
    }
  | { readonly kind: 'wave-started'; readonly wave: number; readonly name: string }
  | { readonly kind: 'wave-ended'; readonly wave: number; readonly name: string }
  /** The instance was looked at again just before its order. */
  | { readonly kind: 'looked'; readonly step: string; readonly status: InstanceStatus; readonly size: Size }
  /** About to order. Durable before anything is sent. */
  | {
      readonly kind: 'intent';
      readonly step: string;
      readonly attempt: number;
      readonly size: Size;
      /** The provider's time, ISO 8601 UTC, as far as it is known: what began since then is told by that clock. */
      readonly providerAt?: string;
    }
  /** Nothing was sent for this intent: its slot or its freshness was lost. Known by this process, never guessed. */
  | { readonly kind: 'not-sent'; readonly step: string; readonly attempt: number; readonly why: string }
  | {
      readonly kind: 'accepted';
      readonly step: string;
      readonly attempt: number;
      readonly order: string;
      readonly requestId: string;
      readonly sentAt: string;
    }
  | {
      readonly kind: 'refused';
      readonly step: string;
      readonly attempt: number;
      readonly code: string;
      readonly message: string;
      readonly requestId: string | null;
      readonly sentAt: string;
      readonly next: AfterRefusal;
    }
  /** Asked, and no usable answer came back. The step is unknown until it is settled by reading. */
  | {
      readonly kind: 'no-answer';
      readonly step: string;
      readonly attempt: number;
      readonly why: string;
      readonly sentAt: string;
    }
  /** An attempt without an answer was settled by reading: it had landed (with its order, where found), or it had not. */
  | {
      readonly kind: 'settled';
      readonly step: string;
      readonly attempt: number;
      readonly landed: boolean;
      readonly order: string | null;
      readonly evidence: string;
    }
  /** Accepted, and seen not to have begun: it waits for its window, which opens at `opensAt` (ISO 8601 UTC). */
  | {
      readonly kind: 'deferred';
      readonly step: string;
      readonly window: MaintenanceWindow;
      readonly opensAt: string;
    }
  /** A change that was told to wait for its window has begun. `warning`: it began outside of it, in words. */
  | {
      readonly kind: 'began';
      readonly step: string;
      readonly evidence: string;
      readonly warning: string | null;
    }
  /** The end of a step. `size` is what was read back, null where nothing was read. */
  | {
      readonly kind: 'step-ended';
      readonly step: string;
      readonly outcome: Exclude<Outcome, 'not-run'>;
      readonly code: string | null;
      readonly what: string;
      readonly size: Size | null;
      /** What the order was billed at, where it was read. */
      readonly billed: Money | null;
      /** As in `intent`. */
      readonly providerAt?: string;
    }
  /** What the orders of a step that had ended were billed at, where its end did not tell. */
  | { readonly kind: 'billed'; readonly step: string; readonly billed: Money }
  /** One thing that a gate judged after a wave, and what comes of it. */
  | {
      readonly kind: 'gate';
      readonly wave: number;
      readonly name: string;
      readonly judge: GateJudge;
      readonly outcome: GateOutcome;
      readonly what: string;
      /** Told, and stops nothing. */
      readonly shadow: boolean;
      readonly next: 'go-on' | 'pause' | 'halt';
    }
  /** Somebody told the live run something: what, who, and whether it was taken. */
  | ({ readonly kind: 'steered' } & Steered)
  /** Somebody was told of entry `about` as the plan says, or could not be. Nothing of the run depends on it. */
  | ({ readonly kind: 'told' } & Told)
  /** Why nothing new is started from here on: a threshold, a stop-the-run code, a signal, the end of the time. */
  | { readonly kind: 'stopping'; readonly because: Exclude<EndedBecause, 'done'>; readonly what: string }
  /** Calls other than orders, counted by second: [unix second, action, sent, refused by limit]. */
  | { readonly kind: 'calls'; readonly counts: readonly (readonly [number, string, number, number])[] }
  | { readonly kind: 'run-ended'; readonly because: EndedBecause; readonly exitCode: number };

/** Whose keys one profile's are, as `GetCallerIdentity` tells it. */
export interface Caller {
  /** The account's number, as the provider writes it. */
  readonly account: string;
  /** The user's number, or what stands in its place for a role. */
  readonly user: string;
  /** The provider's name of what it is: a user, a role's session. */
  readonly type: string;
  readonly arn: string;
}

/** What came of asking whose keys they are. */
export interface CallerTold {
  readonly profile: string;
  readonly caller: Caller | null;
  /** Why it is not known; null where it is. */
  readonly why: string | null;
}

/** Who was told of what, and what came of it. */
export interface Told {
  readonly by: 'hook' | 'webhook';
  readonly event: HookPhase;
  /** The number of the entry that it was about. */
  readonly about: number;
  /** The program, or the host: never a whole address, which may be a secret. */
  readonly to: string;
  readonly ok: boolean;
  readonly what: string;
}

/** What a live run can be told. `set` changes how it goes on, never beyond what was approved. */
export type SteerCommand =
  /** No new order starts until `continue`. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'continue' }
  /** Nothing new starts, what is under way is followed to its end. */
  | { readonly kind: 'drain' }
  /** Leave at once; the same `apply` goes on later. */
  | { readonly kind: 'abort' }
  | { readonly kind: 'set'; readonly setting: SteerSetting; readonly value: number };

/** What of a run can be set while it is live. */
export type SteerSetting = 'inFlight' | 'requestsPerSecond';

/** Who told it, as that process says of itself. */
export interface Steerer {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
}

/** A command as it was given to a live run, with what came of it. */
export interface Steered {
  readonly command: Exclude<SteerCommand['kind'], 'set'> | `set ${SteerSetting}`;
  /** For `set`; null elsewhere, and where it was no number. */
  readonly value: number | null;
  readonly by: Steerer;
  readonly accepted: boolean;
  /** The answer: what happens now, or why it was refused. */
  readonly what: string;
}

/** One line of the journal. */
export type JournalEntry = Deed & {
  /** Counts from 1. */
  readonly seq: number;
  /** ISO 8601 UTC with milliseconds. */
  readonly at: string;
  /** The hash of the entry before; 64 zeros for the first. */
  readonly prev: string;
  /** SHA-256, hex, over the canonical form of the rest of this entry. */
  readonly hash: string;
};

/** Where a step stands, as told by the journal alone. */
export interface StepState {
  readonly step: string;
  readonly phase: 'waiting' | 'asking' | 'asked' | 'unanswered' | 'settling' | 'ended';
  /** Attempts whose intent is on record. */
  readonly attempts: number;
  /** Those of them that are not proved to have left nothing behind: no answer, or a refusal that may hide an order. */
  readonly doubtful: number;
  readonly orders: readonly string[];
  /** Its order was found by reading: no answer told that it is its own. */
  readonly adopted: boolean;
  readonly requestIds: readonly string[];
  readonly outcome: Outcome;
  readonly code: string | null;
  readonly what: string;
  /** ISO 8601 UTC; null before its first intent, or while it has not ended. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Since when it is told `unknown`, however often it was read again meanwhile; null where it is not. */
  readonly unknownSince: string | null;
  /** When the last intent was written, by this machine's clock. */
  readonly intentAt: string | null;
  /** The same by the provider's clock: patience and what is an effect of the order count from here. */
  readonly intentProviderAt: string | null;
  readonly endedProviderAt: string | null;
  /** When the order was accepted, or found to have landed. */
  readonly acceptedAt: string | null;
  /** Accepted and not begun: the window it waits for; else null. */
  readonly waitsFor: { readonly window: MaintenanceWindow; readonly opensAt: string } | null;
  /** When it was seen to have begun, where it was told to wait for its window. */
  readonly beganAt: string | null;
  /** What a person should know of it although it may be verified; null where there is nothing. */
  readonly warning: string | null;
  readonly size: Size | null;
  readonly billed: Money | null;
}

/** A run as told by its journal: a fold, never stored. */
export interface RunState {
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly endedBecause: EndedBecause | null;
  readonly exitCode: number | null;
  /** How many processes have taken it up. */
  readonly starts: number;
  readonly stopping: { readonly because: Exclude<EndedBecause, 'done'>; readonly what: string } | null;
  /** What its last process had been told: another one begins as the plan says. */
  readonly steered: {
    /** Since when (ISO 8601 UTC) and by whom; null where it is not paused. */
    readonly paused: { readonly since: string; readonly by: string } | null;
    /** null: as the plan says. */
    readonly inFlight: number | null;
    readonly requestsPerSecond: number | null;
  };
  readonly wavesStarted: readonly number[];
  readonly wavesEnded: readonly number[];
  /** Until when waves wait for their approvals, ISO 8601 UTC, by index; none where it was not asked for yet. */
  readonly approvalsAwaited: ReadonlyMap<number, string>;
  /** When each of those that ended was settled, ISO 8601 UTC. */
  readonly waveEndedAt: ReadonlyMap<number, string>;
  /** Waves whose gate was inconclusive, and after which somebody has told the run to continue. */
  readonly gatesReleased: ReadonlySet<number>;
  /** What gates halted the run by, as `<wave> <judge>`, and it was taken up again by hand. */
  readonly gatesAcknowledged: ReadonlySet<string>;
  /** Steps that had failed or were unknown when the run halted and was taken up again by hand: they do not halt it twice. */
  readonly acknowledged: ReadonlySet<string>;
  /** Steps refused for a reason that concerns every order (no right, no money): open again when the run is taken up. */
  readonly haltingRefusals: ReadonlySet<string>;
  readonly steps: ReadonlyMap<string, StepState>;
  /** Sent and refused by limit, per action, orders included. */
  readonly calls: ReadonlyMap<string, { readonly count: number; readonly refusedByLimit: number }>;
  /** Calls by second: [unix second, action, sent, refused by limit], orders included. */
  readonly callsBySecond: readonly (readonly [number, string, number, number])[];
  /** The hash of the last entry. */
  readonly head: string;
  readonly entries: number;
}

/** The audit report: a pure function of saved plan and journal. Its file: `report.json`. */
export interface Report {
  readonly format: typeof REPORT_FORMAT;
  readonly plan: {
    readonly name: string;
    readonly digest: string;
    readonly change: string | null;
    readonly owner: string | null;
    /** The plan file's name, for the reader. */
    readonly file: string;
    readonly sealedAt: string;
    /** Warnings and notes with which it was approved. */
    readonly findings: readonly Finding[];
  };
  readonly run: {
    readonly startedAt: string | null;
    readonly endedAt: string | null;
    /** null while the run is live, or after a crash. */
    readonly endedBecause: EndedBecause | null;
    readonly what: string | null;
    readonly exitCode: number | null;
    readonly starts: number;
    readonly user: string | null;
    readonly host: string | null;
    readonly endpoint: string | null;
    readonly approved: { readonly how: string; readonly by: string; readonly at: string } | null;
    /** Whose keys were used, as the provider told it, in order; absent where it was never asked. */
    readonly callers?: readonly ReportCaller[];
    /** Times in which the whole run waited, in order; absent where it never did. */
    readonly waits?: readonly RunWait[];
    /** The signatures by which it, or one of its waves, was approved; absent where none was needed. */
    readonly signatures?: readonly ReportSignature[];
    readonly requestsPerSecond: number;
    readonly inFlight: number;
    /** Every process that took it up, in order. */
    readonly processes: readonly RunProcess[];
    /** What it was told while it was live, in order; absent where nobody told it anything. */
    readonly steered?: readonly ReportSteered[];
    /** Who was told of it while it was live, and could not be, in order; absent where nobody was to be told. */
    readonly told?: readonly ReportTold[];
    /** Present where the changes were to wait for the maintenance windows. */
    readonly switch?: 'maintenance-window';
  };
  /** One count per outcome, every outcome present; they add up to the number of steps. */
  readonly totals: Readonly<Record<Outcome, number>>;
  readonly calls: Readonly<Record<string, { readonly count: number; readonly refusedByLimit: number }>>;
  readonly callsBySecond: readonly (readonly [number, string, number, number])[];
  readonly head: string;
  readonly entries: number;
  /** Memory of all planned instances, MB, replicas included: before, planned, and as read back. */
  readonly memory: { readonly before: number; readonly planned: number; readonly now: number };
  readonly money: {
    readonly quoted: readonly PriceSum[];
    /** Sums over the verified steps only. */
    readonly verified: readonly PriceSum[];
    /** Sums of what was billed, over the steps where that was read. */
    readonly billed: readonly Money[];
    /** Verified steps by how the bill stands to the quote. */
    readonly bills: Readonly<Record<Bill, number>>;
    /** The same sums by wave, region and account; empty where nothing was priced or billed. */
    readonly shares: readonly MoneyShare[];
  };
  readonly waves: readonly {
    readonly name: string;
    readonly startedAt: string | null;
    readonly endedAt: string | null;
    readonly steps: number;
    /** What its gate judged, in order; absent where nothing was. */
    readonly gate?: readonly ReportGate[];
  }[];
  readonly steps: readonly ReportStep[];
  readonly unchanged: SavedPlan['unchanged'];
  readonly blocked: readonly BlockedTarget[];
  /** Nothing of it happened: the plan was rehearsed against a simulated provider. Absent: an audit report. */
  readonly rehearsal?: true;
  /** What all runs of the rehearsal came to; this report is of the first of them. */
  readonly rehearsed?: Rehearsed;
}

/** What the rehearsal of a saved plan showed. */
export interface Rehearsed {
  /** The runs: one for each seed from the first on. */
  readonly seeds: { readonly first: number; readonly count: number };
  /** What was told to go wrong, as it was typed. */
  readonly faults: readonly string[];
  /** How long changes were taken to last. */
  readonly durations: Durations;
  /** What was taken for granted, in sentences. */
  readonly assumed: readonly string[];
  /** Over all runs with all faults. */
  readonly all: RehearsedEffect;
  /** The same plan and seeds with nothing told to go wrong; absent where nothing was. */
  readonly calm?: RehearsedEffect;
  /** Each fault by itself, where there are several. */
  readonly each: readonly RehearsedEffect[];
}

/** What came of the runs of one plan under the same faults. */
export interface RehearsedEffect {
  readonly faults: readonly string[];
  /** Seconds from the begin of a run to its end. */
  readonly took: RehearsedSeconds;
  /** By how much later each run ended than that of the same seed with nothing told to go wrong; absent for that one. */
  readonly later?: RehearsedSeconds;
  /** In the order of the waves: to the end of each, of the runs that reached it. */
  readonly waves: readonly {
    readonly name: string;
    readonly runs: number;
    readonly took: RehearsedSeconds | null;
  }[];
  /** How many windows the runs went through, the most; 1 where there are none. */
  readonly windows: number;
  /** Steps of all runs by outcome. */
  readonly totals: Readonly<Record<Outcome, number>>;
  /** Orders that were asked again, over all runs. */
  readonly askedAgain: number;
  /** Orders without a usable answer. */
  readonly unanswered: number;
  /** Orders refused, by code, the most frequent first. */
  readonly refused: readonly { readonly code: string; readonly count: number }[];
  /** Seconds over all steps of all runs: reading until it was known what came of an order, and until one that was refused was asked again. */
  readonly waited: { readonly settling: number; readonly afterRefusal: number; readonly longest: number };
  /** How the runs ended, the most frequent first; `what` where something stopped them. */
  readonly ended: readonly {
    readonly because: EndedBecause;
    readonly what: string | null;
    readonly runs: number;
    /** Steps that never ran, of all these runs. */
    readonly notRun: number;
  }[];
}

/** Seconds by rank over the runs. */
export interface RehearsedSeconds {
  readonly p50: number;
  readonly p90: number;
  readonly greatest: number;
}

/** Whose keys a process used. */
export interface ReportCaller extends CallerTold {
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** What a whole run can wait for. `no-process`: nobody carried it out, after an end, or after a death. */
export const RUN_WAITS = ['paused', 'soak', 'no-process'] as const;

/** A time in which the whole run waited. */
export interface RunWait {
  readonly for: (typeof RUN_WAITS)[number];
  /** ISO 8601 UTC; `to` null: it lasts, as far as the journal tells. */
  readonly from: string;
  readonly to: string | null;
  /** Who paused it, the wave that soaked, why the process before had ended. */
  readonly what: string;
}

/** The signature of an approver. */
export interface ReportSignature extends Signed {
  /** When it was judged and taken, ISO 8601 UTC. */
  readonly at: string;
  /** The wave that it approves; null: the plan. */
  readonly wave: string | null;
}

/** One thing that a gate judged. */
export interface ReportGate {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly judge: GateJudge;
  readonly outcome: GateOutcome;
  readonly what: string;
  readonly shadow: boolean;
}

/** A command to a live run. */
export interface ReportSteered extends Steered {
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** A notice of a run, or the lack of it. */
export interface ReportTold extends Told {
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** A process that took a run up. */
export interface RunProcess {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  /** Bytes of a torn last line that it cut off: an entry being written when the process before it died. */
  readonly cutOff: number;
  /** Its version of this program. */
  readonly version: string;
  /** Absent: to carry the plan out. */
  readonly purpose?: 'reconcile';
  /** The dead whose locks it took over; absent where there were none. */
  readonly tookOverFrom?: readonly FormerHolder[];
  /** Why it began nothing new from a moment on and left the rest to the next; absent: nothing stopped it, or none followed. */
  readonly stopped?: {
    /** ISO 8601 UTC. */
    readonly at: string;
    readonly because: Exclude<EndedBecause, 'done'>;
    readonly what: string;
  };
}

/**
 * How the bill of a verified step stands to its quote. `by-the-hour`: postpaid, nothing is paid at once and the quote
 * is a price an hour, so there is nothing to compare.
 */
export type Bill = 'as-quoted' | 'differs' | 'not-read' | 'not-quoted' | 'by-the-hour';

/** All of them, in the order in which they are shown. */
export const BILLS: readonly Bill[] = ['as-quoted', 'differs', 'not-read', 'not-quoted', 'by-the-hour'];

/** What the steps of one wave, region or account were quoted and billed at. */
export interface MoneyShare {
  readonly by: PriceShare['by'];
  /** The wave, the region, or the profile by which the account is reached. */
  readonly name: string;
  readonly steps: number;
  readonly quoted: readonly PriceSum[];
  readonly verified: readonly PriceSum[];
  readonly billed: readonly Money[];
}

/**
 * What a step can wait for, beside the change itself (`change`): its own order to be sent, the request limit, something
 * else under way on its instance, what became of an attempt without an answer, its maintenance window.
 */
export const STEP_WAITS = ['sending', 'limit', 'busy', 'settling', 'window', 'change'] as const;

/** How long a step waited for one thing, in milliseconds, and how often. */
export interface StepWait {
  readonly for: (typeof STEP_WAITS)[number];
  readonly ms: number;
  readonly times: number;
}

/** One attempt to order: what was asked when, and what came of it. */
export interface ReportAttempt {
  readonly attempt: number;
  /** When it was written down, ISO 8601 UTC. */
  readonly at: string;
  /** When it left; null where it is not known to have. */
  readonly sentAt: string | null;
  /** `none-yet`: the journal ends before it, or its process died. */
  readonly answer: 'accepted' | 'refused' | 'no-answer' | 'not-sent' | 'none-yet';
  readonly order: string | null;
  readonly requestId: string | null;
  /** The provider's code and message of a refusal, or why there is no answer. */
  readonly code: string | null;
  readonly what: string | null;
  /** What reading proved of it; absent where nothing had to be settled. */
  readonly settled?: { readonly at: string; readonly landed: boolean; readonly evidence: string };
}

/** One step of a report. */
export interface ReportStep {
  readonly id: string;
  readonly instance: string;
  readonly name: string;
  readonly region: string;
  readonly profile: string;
  readonly edition: string;
  readonly wave: string;
  readonly dimension: Dimension;
  readonly from: number;
  readonly to: number;
  /** The nodes it was to add or remove; absent for all but the replicas of multi-zone instances. */
  readonly nodes?: NodeChange;
  readonly before: Size;
  readonly after: Size;
  /** Why this size, or these steps, as the plan says it; absent where there is nothing to say. */
  readonly because?: string;
  /** As read just before its order; null where nothing was read. */
  readonly seen: { readonly at: string; readonly status: InstanceStatus; readonly size: Size } | null;
  /** As read back at the end; null where nothing was read. */
  readonly found: Size | null;
  readonly outcome: Outcome;
  /** Every attempt, in order. */
  readonly asked: readonly ReportAttempt[];
  /** What it waited for, in the order of `STEP_WAITS`. */
  readonly waits: readonly StepWait[];
  readonly orders: readonly string[];
  readonly requestIds: readonly string[];
  readonly attempts: number;
  readonly startedAt: string | null;
  readonly acceptedAt: string | null;
  readonly endedAt: string | null;
  readonly code: string | null;
  readonly what: string;
  /** The window it was to wait for, when it was seen to begin, and what was wrong with that; absent elsewhere. */
  readonly window?: MaintenanceWindow;
  readonly beganAt?: string;
  readonly warning?: string;
  readonly quote: Quote | null;
  readonly billed: Money | null;
  /** How the bill stands to the quote; null unless verified. */
  readonly bill: Bill | null;
  /** Billed less quoted, in the quote's currency, where the two can be compared: above zero where more was billed. */
  readonly difference: number | null;
}

/** The total memory an instance of this size is billed for, MB: every shard, the master and each replica. */
export function totalMemory(size: Size): number {
  return size.memoryPerShard * size.shards * (1 + size.replicas);
}

/** True where two sizes are the same in every dimension. */
export function sameSize(a: Size, b: Size): boolean {
  return a.memoryPerShard === b.memoryPerShard && a.shards === b.shards && a.replicas === b.replicas;
}
