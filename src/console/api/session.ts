/** What the console knows about the person who uses it. */
import type { Message } from '../../model.ts';
import type { Role } from './roles.ts';

/** `GET /api/session`. */
export interface SessionInfo {
  readonly person: Person;
  /** Every request that changes something carries it in the header `x-refit-csrf`. */
  readonly csrf: string;
  /** Where the runs are, for people: `./runs`, or host and name of a database. */
  readonly store: string;
  /** The version of Refit. */
  readonly version: string;
}

/** `GET /api/sign-in`, for everybody: how people can sign in. */
export interface SignInInfo {
  /** The host of a provider of OpenID Connect; null: by a link only. */
  readonly provider: string | null;
}

/** A person of the console. */
export interface Person {
  /** As the journal records it. */
  readonly name: string;
  readonly roles: readonly Role[];
}

/** The body of every answer that is not a success. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
  /**
   * The same for other languages; absent: there are no words for it. The id is one of the console (`refusal.…`, whose fix
   * is `refusal.….fix`), or one of findings and journal entries.
   */
  readonly about?: Message;
}

/** The header that proves that a page of the console sent a request, and no page of somebody else. */
export const CSRF_HEADER = 'x-refit-csrf';
