/**
 * What every request passes before a route sees it:
 *
 *     Host is ours ──► a page of ours sent it ──► somebody is signed in ──► the role permits it ──► the route
 *         421                  403                       401                      403
 *
 * The decisions are pure; `start-server.ts` asks them.
 */
import type { Action } from '../api/roles.ts';
import { permits } from '../api/roles.ts';
import { CSRF_HEADER, type Refusal } from '../api/session.ts';
import type { Session } from './sessions.ts';

/** Headers by their names in small letters, as Node gives them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** A refusal, with its HTTP status. */
export interface Refused extends Refusal {
  readonly status: number;
  /** Seconds until the client may try again. */
  readonly retryAfter?: number;
}

/** On every answer. The pages load nothing from other servers, and no other page may show them in a frame. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Whether a request reached the console under its own name. A page whose name was changed to lead here has another. */
export function judgeHost(headers: Headers, origin: string): Refused | null {
  const { host } = new URL(origin);
  if (headers.host === host) return null;
  return {
    ...{ status: 421, code: 'wrong-host', message: `this console is at ${origin}, under no other name` },
    fix: `open ${origin}, or start refit serve with --url and the address that you use`,
  };
}

/** Whether a page of the console sent a request that changes something. @param session null: before the login. */
export function judgeSender(
  method: string,
  headers: Headers,
  origin: string,
  session: Pick<Session, 'csrf'> | null,
): Refused | null {
  const site = headers['sec-fetch-site'];
  const isElsewhere = site !== undefined && site !== 'same-origin' && site !== 'none';
  const refusal = (message: string): Refused => ({
    ...{ status: 403, code: 'other-page', message },
    fix: 'reload the page of the console, and try again',
    about: { id: 'refusal.other-page', params: {} },
  });
  if (isElsewhere) return refusal('another site sent this request');
  if (method === 'GET' || method === 'HEAD') return null;
  if (headers.origin !== origin) return refusal('no page of this console sent this request');
  if (session !== null && headers[CSRF_HEADER] !== session.csrf)
    return refusal('this request lacks the proof that a page of this console sent it');
  return null;
}

/** Whether somebody may do something. */
export function judgePerson(session: Pick<Session, 'person'> | null, action: Action): Refused | null {
  if (session === null)
    return {
      ...{ status: 401, code: 'signed-out', message: 'you are not signed in' },
      fix: 'open the link that refit serve printed when it started; it works once',
      about: { id: 'refusal.signed-out', params: {} },
    };
  const { name, roles } = session.person;
  if (permits(roles, action)) return null;
  return {
    ...{ status: 403, code: 'not-permitted' },
    message: `${name} may not do this: ${action} needs another role than ${roles.join(', ')}`,
    fix: 'ask an admin of this console for the role',
    about: { id: 'refusal.not-permitted', params: { name, action, roles: roles.join(', ') } },
  };
}
