/** Who approves a plan, and what they sign. */
import type { SourceLocation } from './finding.ts';

export const APPROVAL_FORMAT = 'refit.approval/1';
export const HEAD_SIGNATURE_FORMAT = 'refit.head-signature/1';
export const PLAN_SIGNATURE_FORMAT = 'refit.plan-signature/1';

/**
 * Who may approve a plan, by name and public key. A person with several keys, such as a passkey and its backup, has one entry
 * for each, one after the other. The person counts once.
 */
export interface Approver {
  /** Unique among the people of a list, whatever the case of its letters. */
  readonly name: string;
  /** `ssh-ed25519 AAAA…` without a comment, or `passkey rp=… origin=… id=… key=…`. */
  readonly key: string;
}

/** How many approvers must sign, and the file that names them, as the author wrote it. */
export interface ApproversInFile {
  readonly need: number;
  readonly from: string;
  readonly location: SourceLocation;
}

/** The approvers of a plan made from a run, as sealed in the plan of the run. */
export type ApproversOfRun = Pick<Approvals, 'need' | 'approvers'>;

/** The signatures that a plan needs before a run, as sealed into it. */
export interface Approvals {
  /** How many distinct approvers must sign the plan, and again each wave that requires an approval. */
  readonly need: number;
  /** People whose approval does not count: the plan's owner, and the operating system user who planned it. */
  readonly authors: readonly string[];
  readonly approvers: readonly Approver[];
}

/** What an approver signs. The file `<saved plan>.approval-<name>.json` is its canonical form and a line feed. */
export interface ApprovalFile {
  readonly format: typeof APPROVAL_FORMAT;
  /** The digest of the saved plan. */
  readonly digest: string;
  /** The approved wave; null for the plan. */
  readonly wave: string | null;
  readonly by: string;
  /** The fingerprint of the key that signed: `SHA256:` and 43 characters. For SSH keys, as `ssh-keygen -l` shows it. */
  readonly key: string;
  /** ISO 8601 UTC. */
  readonly issuedAt: string;
  readonly expiresAt: string;
  /**
   * Of an SSH key: Ed25519, base64, over the canonical form of everything else in this value. Of a passkey: base64url, over
   * `passkey`, whose challenge is the SHA-256 of the canonical form of everything else.
   */
  readonly signature: string;
  /** What a passkey signed; absent for an SSH key. */
  readonly passkey?: PasskeyAssertion;
}

/** The two texts of an authenticator that its signature covers, as WebAuthn has them, in base64url. */
export interface PasskeyAssertion {
  readonly authenticatorData: string;
  readonly clientDataJSON: string;
}

/**
 * A person's statement that the journal of a run had this head. The file `signatures/<name>.json` in the run directory is
 * its canonical form and a line feed.
 */
export interface HeadSignature {
  readonly format: typeof HEAD_SIGNATURE_FORMAT;
  /** The digest of the saved plan. */
  readonly digest: string;
  /** The hash of the journal's last entry at that time, and its number. */
  readonly head: string;
  readonly entries: number;
  /** The name that the signer gave; only the key proves who signed. */
  readonly by: string;
  /** The key that signed: `ssh-ed25519 AAAA…`, without a comment. */
  readonly key: string;
  /** ISO 8601 UTC, by the signer's clock. */
  readonly signedAt: string;
  /** Ed25519, base64, over the canonical form of everything else in this value. */
  readonly signature: string;
}

/**
 * A person's statement that they planned a saved plan. The file `<saved plan>.plan-signature-<name>.json` is its canonical
 * form and a line feed.
 */
export interface PlanSignature {
  readonly format: typeof PLAN_SIGNATURE_FORMAT;
  /** The digest of the saved plan. */
  readonly digest: string;
  /** The name that the planner gave; only a trusted list with the key proves it. */
  readonly by: string;
  /** The key that signed: `ssh-ed25519 AAAA…`, without a comment. */
  readonly key: string;
  /** ISO 8601 UTC, by the planner's clock. */
  readonly signedAt: string;
  /** Ed25519, base64, over the canonical form of everything else in this value. */
  readonly signature: string;
}

/** An approval in the journal, without digest, format and wave, which its entry and run have. */
export type Signed = Pick<ApprovalFile, 'by' | 'key' | 'issuedAt' | 'expiresAt' | 'signature' | 'passkey'>;

/** Who signed a saved plan as its planner. */
export interface PlannedBy {
  /** The trusted name of the key; without `verified`, the name that the signer claims. */
  readonly name: string;
  /** Whether a trusted list has this name with this key. A name without that proves nothing. */
  readonly verified: boolean;
  /** `SHA256:` and 43 characters. */
  readonly fingerprint: string;
  /** ISO 8601 UTC, by the planner's clock. */
  readonly signedAt: string;
}

/** Why a text is not a public key that Refit accepts. */
export type KeyFault =
  | { readonly kind: 'private' | 'no-key' | 'changed' | 'bad-pem' }
  | { readonly kind: 'other-algorithm'; readonly algorithm: string }
  | {
      readonly kind:
        | 'passkey-form'
        | 'passkey-rp'
        | 'passkey-origin'
        | 'passkey-id'
        | 'passkey-key'
        | 'passkey-algorithm';
    }
  | { readonly kind: 'passkey-missing'; readonly member: 'rp' | 'origin' | 'id' | 'key' };

/** Why what an authenticator signed does not approve a text. */
export type AssertionFault =
  /** `none`: there is no assertion. */
  | {
      readonly kind:
        | 'none'
        | 'client-data'
        | 'type'
        | 'challenge'
        | 'cross-origin'
        | 'authenticator-data'
        | 'user-present'
        | 'user-verified'
        | 'backup-state'
        | 'signature';
    }
  | { readonly kind: 'encoding'; readonly member: 'clientDataJSON' | 'authenticatorData' | 'signature' }
  | { readonly kind: 'origin'; readonly found: string | null; readonly origins: readonly string[] }
  | { readonly kind: 'relying-party'; readonly relyingParty: string };

/** A signature counter that has not grown since an earlier approval by the same passkey. */
export interface CounterFault {
  readonly counter: number;
  /** The counter of the earlier approval, and when that was issued, ISO 8601 UTC. */
  readonly earlier: number;
  readonly issuedAt: string;
}

/** Why a person's name is not accepted. */
export type NameFault =
  | { readonly kind: 'characters' | 'other-script' }
  | { readonly kind: 'invisible'; readonly code: string }
  | { readonly kind: 'mixed-scripts'; readonly scripts: readonly string[] };
