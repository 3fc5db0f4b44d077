/** Signing in by a provider: what the console needs of it. */

/** The variable with the secret of the client. Without it, the console is a public client. */
export const CLIENT_SECRET = 'REFIT_OIDC_CLIENT_SECRET';

/** Why somebody may not come in. The page says it in the language of the browser. */
export const SIGN_IN_REFUSALS = [
  'denied',
  'domain',
  'expired',
  'invalid',
  'no-name',
  'no-role',
  'unavailable',
  'too-many',
] as const;
export type SignInRefusal = (typeof SIGN_IN_REFUSALS)[number];

/** A sign-in that failed. The message is for the record and for the log of the console, never for the browser. */
export class SignInRefused extends Error {
  readonly reason: SignInRefusal;
  constructor(reason: SignInRefusal, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SignInRefused';
    this.reason = reason;
  }
}

/** What the console keeps of a sign-in until the browser comes back. */
export interface SignInProof {
  readonly state: string;
  readonly nonce: string;
  /** The secret of PKCE. */
  readonly verifier: string;
}
