/** Who approves a plan, and what they sign. */
import type { SourceLocation } from './finding.ts';

export const APPROVAL_FORMAT = 'refit.approval/1';
export const HEAD_SIGNATURE_FORMAT = 'refit.head-signature/1';

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
  readonly location: SourceLocation;
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
