/** The people of the console, and their passkeys. Times are ISO 8601 UTC. */
import type { Role } from './roles.ts';

/** `GET /api/people`. */
export interface PeopleView {
  /** Each browser that is signed in, the latest request first. */
  readonly signedIn: readonly {
    readonly id: string;
    readonly name: string;
    readonly roles: readonly Role[];
    readonly since: string;
    readonly seenAt: string;
    /** True for the browser that asks. */
    readonly isYou: boolean;
  }[];
  /** Invitations that nobody has used. */
  readonly invited: readonly {
    readonly id: string;
    readonly name: string;
    readonly roles: readonly Role[];
    readonly by: string | null;
    readonly expiresAt: string;
  }[];
}

/** `POST /api/people/invite`. */
export interface InviteRequest {
  readonly name: string;
  readonly roles: readonly Role[];
  /** Hours until the link expires. */
  readonly hours: number;
}

/** The answer: the only time that the link is shown. */
export interface InvitedView {
  readonly name: string;
  readonly link: string;
  readonly expiresAt: string;
}

/** The most hours for which an invitation lasts. */
export const MOST_HOURS = 72;

/** `POST /api/people/sign-out` and `POST /api/people/withdraw`. */
export interface PersonRequest {
  readonly id: string;
}

/** `POST /api/passkey/register`: for `PublicKeyCredential.parseCreationOptionsFromJSON`. */
export interface RegisterView {
  readonly options: unknown;
}

/** `POST /api/passkey/registered` with `{ credential }`. */
export interface RegisteredView {
  /** The entry for a list of approvers, with a line feed. */
  readonly entry: string;
  /** The key in it. */
  readonly line: string;
  readonly fingerprint: string;
  readonly algorithm: string;
  /** Whether the passkey is on other devices of the person, too. */
  readonly isSynced: boolean;
}

/** `POST /api/passkey/trial` with `{ line }`; the answer of the browser goes to `POST /api/passkey/tried`. */
export interface TrialView {
  readonly options: unknown;
}
