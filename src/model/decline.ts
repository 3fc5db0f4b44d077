/** Who declines a plan, and who withdraws a decline. */

export const DECLINE_FORMAT = 'refit.decline/1';
export const WITHDRAWAL_FORMAT = 'refit.decline-withdrawal/1';

/** What both texts have. Each text is the canonical form of its value and a line feed. */
interface DeclineText {
  /** The digest of the saved plan. */
  readonly digest: string;
  /** The name that the person gave. Only a key proves it. */
  readonly by: string;
  /** ISO 8601 UTC, by the clock of the person. */
  readonly at: string;
  /** The key that signed: `ssh-ed25519 AAAA…`, without a comment; null: nobody signed. */
  readonly key: string | null;
  /** Ed25519, base64, over the canonical form of everything else in this value; null without a key. */
  readonly signature: string | null;
}

/** A person's statement that a saved plan must not be applied, as in `<saved plan>.decline-<name>-<id>.json`. */
export interface DeclineFile extends DeclineText {
  readonly format: typeof DECLINE_FORMAT;
  readonly reason: string;
}

/** The end of one decline. */
export interface WithdrawalFile extends DeclineText {
  readonly format: typeof WITHDRAWAL_FORMAT;
  /** The SHA-256 of the text of the decline. */
  readonly decline: string;
}

/** A decline of a plan, as reviews show it. Every text in it is safe to print. */
export interface Decline {
  /** The SHA-256 of its text. */
  readonly id: string;
  readonly by: string;
  /** ISO 8601 UTC, by the clock of the person. */
  readonly at: string;
  readonly reason: string;
  /** Whether a key signed it that may have this name: no approver of the plan has the name with another key. */
  readonly signed: boolean;
  /** `SHA256:` and 43 characters; null if nobody signed. Only this key withdraws it. */
  readonly fingerprint: string | null;
  /** The login of the database that stored it; null for a file. */
  readonly login: string | null;
  readonly withdrawn: { readonly at: string; readonly by: string } | null;
}
