/** Talks to the server of the console, as the person of the session that this browser has now. */
import { signal } from '@preact/signals';
import { CSRF_HEADER, type Refusal, type SessionInfo } from '../api/session.ts';
import { Refused, readAnswer, UNREACHABLE } from './read-answer.ts';

export { Refused, UNREACHABLE };

/** Whether the same request may soon be answered: nobody answered, nobody is signed in, or the server has no time. */
export const isPassing = ({ status }: Refused): boolean =>
  status === 0 || status === 401 || status === 429 || status >= 500;

/** Who is signed in, as the server said last; why nobody is; undefined: nobody has asked yet. */
export const session = signal<SessionInfo | Refused | undefined>(undefined);

/** Asks who is signed in. Signs in with the token of the address, once. */
export async function openSession(): Promise<void> {
  const token = /^#login=([\w-]+)$/.exec(location.hash)?.[1];
  if (token !== undefined) history.replaceState(null, '', location.pathname + location.search);
  try {
    session.value = await (token === undefined
      ? send<SessionInfo>('GET', '/session')
      : send<SessionInfo>('POST', '/login', { token }));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    session.value = error;
  }
}

/** Reads. @param path below `/api`. @throws Refused */
export const get = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  send<T>('GET', path, undefined, signal);

/** Changes something, as the person that the page shows. @throws Refused */
export async function post<T>(path: string, body: unknown): Promise<T> {
  try {
    return await send<T>('POST', path, body);
  } catch (error) {
    // The server did nothing yet.
    const isOfOldSession = error instanceof Refused && error.code === 'other-page';
    if (!isOfOldSession || !(await takeSession())) throw error;
    return await send<T>('POST', path, body);
  }
}

/**
 * Takes over the session of this browser. Another page starts one when a person signs in there, as after a restart.
 * @returns whether there is another one, of the same person. @throws Refused if somebody else is signed in, or nobody.
 */
async function takeSession(): Promise<boolean> {
  const before = session.value;
  if (before === undefined || before instanceof Refused) return false;
  const now = await send<SessionInfo>('GET', '/session');
  if (now.csrf === before.csrf) return false;
  session.value = now;
  if (now.person.name === before.person.name) return true;
  throw new Refused(403, otherPerson(before.person.name, now.person.name));
}

function otherPerson(before: string, now: string): Refusal {
  return {
    code: 'other-person',
    message: `this page was opened by ${before}, and now ${now} is signed in; nothing was changed`,
    fix: `try again as ${now}, or sign in as ${before}`,
    about: { id: 'refusal.other-person', params: { before, now } },
  };
}

async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const { value } = session;
  const csrf = value === undefined || value instanceof Refused ? '' : value.csrf;
  let response: Response;
  try {
    response = await fetch(`/api${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(csrf === '' ? {} : { [CSRF_HEADER]: csrf }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused(0, UNREACHABLE);
  }
  return await readAnswer<T>(response, signal);
}
