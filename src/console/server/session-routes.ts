/** Who is signed in; signs in and out. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SECOND } from '../../units.ts';
import type { SessionInfo } from '../api/session.ts';
import type { ActionRecord } from './action-record.ts';
import { refuse } from './answers.ts';
import { judgePerson, judgeSender } from './guard.ts';
import { addressKey, type RateLimit, tooMany } from './limits.ts';
import { SESSION_LASTS, type Sessions } from './sessions.ts';

/** What decides who gets in. */
export interface Gate {
  readonly origin: () => string;
  readonly sessions: Sessions;
  /** The name of the cookie. */
  readonly cookie: () => string;
  /** Attempts to sign in, by address. */
  readonly signIns: RateLimit;
  readonly record: ActionRecord;
}

/** With HTTPS, the name makes browsers keep it for this host only. All ports of a host share cookies. */
export function cookieName(origin: string): string {
  const { protocol, port } = new URL(origin);
  return protocol === 'https:' ? '__Host-refit' : `refit-${port}`;
}

/** Sets the cookie of a session. @param seconds until the browser drops it; 0 drops it now. */
export function setSessionCookie(reply: FastifyReply, gate: Gate, cookie: string, seconds: number): void {
  reply.setCookie(gate.cookie(), cookie, {
    ...{ httpOnly: true, sameSite: 'strict', path: '/', maxAge: seconds },
    secure: gate.origin().startsWith('https:'),
  });
}

/**
 * The cookie of the session. A page at another port of this host can set a second one of the same name, and no browser says
 * which one is whose. So two are none.
 */
export function ownCookie(request: FastifyRequest, gate: Gate): string | undefined {
  const name = gate.cookie();
  const sent = (request.headers.cookie ?? '').split(';').filter((one) => one.trim().startsWith(`${name}=`));
  return sent.length === 1 ? request.cookies[name] : undefined;
}

/** Adds `/api/login`, `/api/session` and `/api/logout`. */
export function addSessionRoutes(
  server: FastifyInstance,
  gate: Gate,
  { store, version }: Pick<SessionInfo, 'store' | 'version'>,
): void {
  const { sessions } = gate;
  const info = (cookie: string): SessionInfo => {
    const { person, csrf } = sessions.of(cookie)!;
    return { person, csrf, store, version };
  };
  const own = (request: FastifyRequest) => ownCookie(request, gate);

  server.post('/api/login', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const address = addressKey(request.ip);
    // Only what fails counts: a token cannot be guessed, and people behind a proxy share an address.
    const seconds = gate.signIns.ask(address);
    const refused =
      (seconds === null ? null : tooMany('attempt to sign in', seconds)) ??
      judgeSender(request.method, request.headers, gate.origin(), null);
    if (refused !== null) return refuse(reply, refused);
    const { token } = (request.body ?? {}) as { readonly token?: unknown };
    const cookie = typeof token === 'string' && token.length < 200 ? sessions.login(token) : null;
    if (cookie === null) {
      gate.signIns.take(address);
      const event = { kind: 'sign-in-refused', person: null, code: 'login-refused' } as const;
      await gate.record.session({ ...event, from: request.ip, action: 'link' });
      return refuse(reply, {
        ...{ status: 401, code: 'login-refused', message: 'this link has been used, or is too old' },
        fix: 'start refit serve again, and open the link that it prints',
        about: { id: 'refusal.login-refused', params: {} },
      });
    }
    const before = own(request);
    if (before !== undefined) sessions.end(before);
    setSessionCookie(reply, gate, cookie, SESSION_LASTS / SECOND);
    const { name, roles } = sessions.of(cookie)!.person;
    await gate.record.session(
      { kind: 'sign-in', person: name, from: request.ip, action: 'link', code: null },
      { roles: roles.join(', ') },
    );
    return info(cookie);
  });
  server.get('/api/session', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const cookie = own(request);
    const refused = judgePerson(sessions.of(cookie), 'see');
    return refused === null ? info(cookie!) : refuse(reply, refused);
  });
  server.post('/api/logout', async (request, reply) => {
    const cookie = own(request);
    const refused = judgeSender(request.method, request.headers, gate.origin(), sessions.of(cookie));
    if (refused !== null) return refuse(reply, refused);
    const person = sessions.of(cookie)?.person.name ?? null;
    if (cookie !== undefined) sessions.end(cookie);
    if (person !== null)
      await gate.record.session({ kind: 'sign-out', person, from: request.ip, action: '', code: null });
    setSessionCookie(reply, gate, '', 0);
    return {};
  });
}
