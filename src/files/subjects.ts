/** The kinds of files that Refit reads, each with its name in messages and its largest size. */
const KIB = 1_024;
const MIB = 1_024 * KIB;

interface SubjectRow {
  /** As a sentence starts: `the plan plan.yaml cannot be read`. */
  readonly name: string;
  /** Bytes. Refit refuses a larger file before it reads it. */
  readonly most: number;
}

/** A file of 10,000 instances has about a tenth of its limit. Journals have none, because Refit reads them in pieces. */
export const SUBJECTS = {
  plan: { name: 'the plan', most: 16 * MIB },
  /** A plan or a saved plan. The content shows which. */
  'any-plan': { name: 'the plan', most: 64 * MIB },
  'saved-plan': { name: 'the saved plan', most: 64 * MIB },
  journal: { name: 'the journal', most: Number.POSITIVE_INFINITY },
  report: { name: 'the report', most: 128 * MIB },
  // A file of a million instances is larger than 64 MB. Node cannot hold a text of 512 MB.
  inventory: { name: 'the inventory', most: 500 * MIB },
  'terraform-state': { name: 'the Terraform state', most: 64 * MIB },
  fleet: { name: 'the fleet', most: 64 * MIB },
  policy: { name: 'the policy', most: MIB },
  people: { name: 'the file of people', most: MIB },
  sizing: { name: 'the sizing file', most: MIB },
  approvers: { name: 'the list of approvers', most: MIB },
  signers: { name: 'the list of signers', most: MIB },
  calendar: { name: 'the calendar', most: 16 * MIB },
  key: { name: 'the key', most: 64 * KIB },
  credentials: { name: 'the credentials file', most: MIB },
  'service-file': { name: 'the service file', most: MIB },
  certificate: { name: 'the certificate', most: MIB },
  /** An approval or a signature. */
  signature: { name: 'the signature', most: 16 * KIB },
  /** A file of Refit's own: a lock, a claim, an entry of the register, a request. */
  state: { name: 'the file', most: 16 * MIB },
  'schedule-log': { name: 'the schedule log', most: 256 * MIB },
  /** A file of the console, as it was installed. */
  page: { name: 'the page', most: 16 * MIB },
  hooks: { name: 'the log', most: Number.POSITIVE_INFINITY },
} as const satisfies Readonly<Record<string, SubjectRow>>;

export type Subject = keyof typeof SUBJECTS;
