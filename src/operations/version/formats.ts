/**
 * The formats of files and JSON outputs: the version that Refit writes, and the versions that it reads. The promise for each is in
 * docs/reference/compatibility.md.
 */
export interface FormatVersions {
  /** 0: Refit only reads it. */
  readonly writes: number;
  /** Empty: Refit only writes it. */
  readonly reads: readonly number[];
}

const BOTH: FormatVersions = { writes: 1, reads: [1] };
const READ: FormatVersions = { writes: 0, reads: [1] };
const WRITTEN: FormatVersions = { writes: 1, reads: [] };

/** By name. A format `journal` is `refit.journal/1` in files. Files that people write have `version: 1`. */
export const FORMATS = {
  plan: BOTH,
  policy: READ,
  sizing: READ,
  people: READ,
  'saved-plan': { writes: 2, reads: [2] },
  journal: BOTH,
  inventory: BOTH,
  approval: BOTH,
  'plan-signature': BOTH,
  decline: BOTH,
  'decline-withdrawal': BOTH,
  'head-signature': BOTH,
  schedule: BOTH,
  /** A history of use in the state folder. */
  'usage-file': BOTH,
  /** The number of migrations of a store. An older number is migrated first. */
  store: { writes: 2, reads: [2] },
  /** `apply` reads the reports of past runs for durations. */
  report: BOTH,
  review: WRITTEN,
  'plan-diff': WRITTEN,
  progress: WRITTEN,
  recommendations: WRITTEN,
  explanation: WRITTEN,
  backtest: WRITTEN,
  usage: WRITTEN,
  'usage-collection': WRITTEN,
  'passkey-trial': WRITTEN,
  notification: WRITTEN,
  version: WRITTEN,
} as const satisfies Readonly<Record<string, FormatVersions>>;

export const VERSION_FORMAT = 'refit.version/1';

/** The commit from which the command was built. */
export interface BuildFacts {
  /** 40 hexadecimal digits; null if no repository was there, and when the source runs unbuilt. */
  readonly commit: string | null;
  /** UTC, ISO 8601. */
  readonly committedAt: string | null;
  /** True if the build holds changes that are not in the commit. */
  readonly modified: boolean | null;
}

/** What `refit --version --json` prints. */
export interface VersionFacts {
  readonly format: typeof VERSION_FORMAT;
  readonly name: string;
  readonly version: string;
  readonly build: BuildFacts;
  /** Such as `24.21.0`. */
  readonly node: string;
  /** Operating system and processor, such as `linux-x64`. */
  readonly platform: string;
  readonly formats: Readonly<Record<string, FormatVersions>>;
}
