/**
 * Who is signed in. Sessions live in the memory of the process: after a restart, people sign in again. The server keeps
 * only hashes of what a browser holds, so a dump of its memory signs nobody in.
 */
import type { Clock } from '../../clock.ts';
import { sha256 } from '../../digest.ts';
import { HOUR, MINUTE } from '../../units.ts';
import type { Person } from '../api/session.ts';

/** A login token works once, and for this long, milliseconds. */
export const LOGIN_LASTS: number = 30 * MINUTE;
/** A session ends after so long without a request, and after so long altogether, milliseconds. */
export const IDLE_FOR: number = 8 * HOUR;
export const SESSION_LASTS: number = 24 * HOUR;
/** A further session ends the one that was used longest ago. */
export const MOST_SESSIONS = 1_000;
const MOST_LOGINS = 100;

/** A person who is signed in. */
export interface Session {
  readonly person: Person;
  /** Proves that a page of the console sends a request. */
  readonly csrf: string;
}

interface Kept extends Session {
  readonly since: number;
  seenAt: number;
}

export interface Sessions {
  /** @returns a token that signs this person in, once. */
  offerLogin(person: Person): string;
  /** @returns the text for the cookie; null: the token is unknown, used or too old. */
  login(token: string): string | null;
  /** Signs a person in whom somebody else vouched for. @returns the text for the cookie. */
  begin(person: Person): string;
  /** The session of a cookie; null: none, or it has ended. */
  of(cookie: string | undefined): Session | null;
  end(cookie: string): void;
}

/** @param random makes a text that nobody can guess. */
export function createSessions(clock: Clock, random: () => string): Sessions {
  const logins = new Map<string, { readonly person: Person; readonly at: number }>();
  /** In the order of their last use. */
  const sessions = new Map<string, Kept>();

  const begin = (person: Person): string => {
    const cookie = random();
    const now = clock.monotonic();
    sessions.set(sha256(cookie), { person, csrf: random(), since: now, seenAt: now });
    dropOldest(sessions, MOST_SESSIONS);
    return cookie;
  };
  return {
    offerLogin(person) {
      const token = random();
      logins.set(sha256(token), { person, at: clock.monotonic() });
      dropOldest(logins, MOST_LOGINS);
      return token;
    },
    login(token) {
      const key = sha256(token);
      const login = logins.get(key);
      logins.delete(key);
      return login === undefined || clock.monotonic() - login.at > LOGIN_LASTS ? null : begin(login.person);
    },
    begin,
    of(cookie) {
      if (cookie === undefined) return null;
      const key = sha256(cookie);
      const session = sessions.get(key);
      if (session === undefined) return null;
      sessions.delete(key);
      const now = clock.monotonic();
      if (now - session.seenAt > IDLE_FOR || now - session.since > SESSION_LASTS) return null;
      session.seenAt = now;
      sessions.set(key, session);
      return session;
    },
    end: (cookie) => void sessions.delete(sha256(cookie)),
  };
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
