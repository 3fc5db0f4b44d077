/**
 * Who is signed in. Sessions live in the memory of the process: after a restart, people sign in again. The server keeps
 * only hashes of what a browser holds, so a dump of its memory signs nobody in.
 */
import { type Clock, iso } from '../../clock.ts';
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
  /** Names the session in the list of people. It signs nobody in. */
  readonly id: string;
  readonly person: Person;
  /** Proves that a page of the console sends a request. */
  readonly csrf: string;
  /** The challenge of a passkey that is being registered, for one answer; null: none is. */
  challenge: string | null;
}

/** A session as the server keeps it. */
export interface OpenSession extends Session {
  /** How the person signed in: `link`, or the host of a provider. */
  readonly by: string;
  /** Streams of events that are open. They end with the session. */
  readonly streams: Set<{ destroy(): unknown }>;
}

interface Kept extends OpenSession {
  readonly since: number;
  seenAt: number;
  hasEnded: boolean;
}

/** Who is signed in, for the list of people. */
export interface SignedIn extends Pick<Session, 'id' | 'person'> {
  /** ISO 8601 UTC. */
  readonly since: string;
  /** The last request, ISO 8601 UTC. */
  readonly seenAt: string;
}

/** An offer to sign in that nobody has used yet. */
export interface Invitation {
  /** Names the invitation in the list. It signs nobody in. */
  readonly id: string;
  readonly person: Person;
  /** Who invited the person; null: the command that started the console. */
  readonly by: string | null;
  /** ISO 8601 UTC. */
  readonly expiresAt: string;
}

interface Offer extends Pick<Invitation, 'id' | 'person' | 'by'> {
  /** By the monotonic clock. */
  readonly until: number;
}

export interface Sessions {
  /**
   * @param lasts milliseconds; absent: `LOGIN_LASTS`. @param by who invites the person; absent: the command that started.
   * @returns a token that signs this person in, once.
   */
  offerLogin(person: Person, lasts?: number, by?: string): string;
  /** @returns the text for the cookie; null: the token is unknown, used or too old. */
  login(token: string): string | null;
  /** Signs a person in. @param by who vouched: `link`, or the host of a provider. @returns the text for the cookie. */
  begin(person: Person, by?: string): string;
  /** The session of a cookie; null: none, or it has ended. */
  of(cookie: string | undefined): OpenSession | null;
  /** Whether a session has not ended. Asking does not count as a use. */
  isOpen(session: OpenSession): boolean;
  end(cookie: string): void;
  /** Who is signed in, the latest request first. */
  list(): readonly SignedIn[];
  /** Ends the session with this id. @returns false: there is none. */
  endById(id: string): boolean;
  /** The invitations that nobody has used, without those that are too old. */
  invitations(): readonly Invitation[];
  /** Makes an invitation void. @returns false: there is none, or somebody has used it. */
  withdraw(id: string): boolean;
}

/** @param random makes a text that nobody can guess. */
export function createSessions(clock: Clock, random: () => string): Sessions {
  /** Both by the hash of what the browser holds; sessions in the order of their last use. */
  const offers = new Map<string, Offer>();
  const sessions = new Map<string, Kept>();

  const drop = (key: string): boolean => {
    const session = sessions.get(key);
    if (session === undefined) return false;
    sessions.delete(key);
    session.hasEnded = true;
    for (const stream of session.streams) stream.destroy();
    return true;
  };
  const begin: Sessions['begin'] = (person, by = 'link') => {
    const cookie = random();
    const key = sha256(cookie);
    const now = clock.monotonic();
    sessions.set(key, {
      ...{ id: idOf(key), person, by, csrf: random(), challenge: null, streams: new Set() },
      ...{ since: now, seenAt: now, hasEnded: false },
    });
    for (const oldest of sessions.keys()) if (sessions.size > MOST_SESSIONS) drop(oldest);
    return cookie;
  };
  const isOver = (kept: Kept): boolean => hasEndedAt(kept, clock.monotonic());
  const onTheWall = (monotonic: number): string => iso(clock.now() + (monotonic - clock.monotonic()));
  return {
    offerLogin(person, lasts = LOGIN_LASTS, by) {
      const token = random();
      const key = sha256(token);
      offers.set(key, { id: idOf(key), person, by: by ?? null, until: clock.monotonic() + lasts });
      dropOldest(offers, MOST_LOGINS);
      return token;
    },
    login(token) {
      const key = sha256(token);
      const offer = offers.get(key);
      offers.delete(key);
      return offer === undefined || clock.monotonic() > offer.until ? null : begin(offer.person);
    },
    begin,
    of(cookie) {
      if (cookie === undefined) return null;
      const key = sha256(cookie);
      const session = sessions.get(key);
      if (session === undefined) return null;
      if (isOver(session)) {
        drop(key);
        return null;
      }
      session.seenAt = clock.monotonic();
      sessions.delete(key);
      sessions.set(key, session);
      return session;
    },
    isOpen: (session) => !isOver(session as Kept),
    end: (cookie) => void drop(sha256(cookie)),
    list: () =>
      [...sessions.values()].reverse().flatMap((one) => {
        const { id, person, since, seenAt } = one;
        return isOver(one) ? [] : [{ id, person, since: onTheWall(since), seenAt: onTheWall(seenAt) }];
      }),
    endById(id) {
      const key = [...sessions].find(([, one]) => one.id === id)?.[0];
      return key !== undefined && drop(key);
    },
    invitations: () =>
      [...offers.values()].flatMap(({ id, person, by, until }) =>
        clock.monotonic() > until ? [] : [{ id, person, by, expiresAt: onTheWall(until) }],
      ),
    withdraw: (id) => deleteById(offers, id),
  };
}

/** @param now by the monotonic clock. */
function hasEndedAt({ since, seenAt, hasEnded }: Kept, now: number): boolean {
  return hasEnded || now - seenAt > IDLE_FOR || now - since > SESSION_LASTS;
}

/** A short name of a key that tells nothing about what the browser holds. */
function idOf(key: string): string {
  return sha256(`id ${key}`).slice(0, 16);
}

function deleteById(map: Map<string, { readonly id: string }>, id: string): boolean {
  for (const [key, one] of map) if (one.id === id) return map.delete(key);
  return false;
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
