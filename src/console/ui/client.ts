/** Talks to the server of the console. */
import { CSRF_HEADER, type Refusal, type SessionInfo } from '../api/session.ts';

/** An answer that is not a success, with what the person can do. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly fix: string;
  /** As the refusal has it. */
  readonly about: Refusal['about'];

  constructor(status: number, { code, message, fix, about }: Refusal) {
    super(message);
    this.status = status;
    this.code = code;
    this.fix = fix;
    this.about = about;
  }
}

let csrf = '';

/** Who is signed in. Signs in with the token of the address, once. @throws Refused */
export async function openSession(): Promise<SessionInfo> {
  const token = /^#login=([\w-]+)$/.exec(location.hash)?.[1];
  if (token !== undefined) history.replaceState(null, '', location.pathname + location.search);
  const session =
    token === undefined
      ? await request<SessionInfo>('GET', '/session')
      : await request<SessionInfo>('POST', '/login', { token });
  csrf = session.csrf;
  return session;
}

/** Takes over the session of this browser, which another page may have started after a restart. @throws Refused */
export async function refreshSession(): Promise<void> {
  csrf = (await request<SessionInfo>('GET', '/session')).csrf;
}

/** Reads. @param path below `/api`. @throws Refused */
export const get = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  request<T>('GET', path, undefined, signal);

/** Changes something. @throws Refused */
export const post = <T>(path: string, body: unknown): Promise<T> => request<T>('POST', path, body);

async function request<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
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
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  throw new Refused(
    response.status,
    isRefusal(answer) ? answer : { ...UNREACHABLE, code: `http-${response.status}` },
  );
}

/** The server is not there, or somebody stands between. */
export const UNREACHABLE: Refusal = {
  code: 'unreachable',
  message: 'the console does not answer',
  fix: 'check that refit serve runs, and that you reach it',
  about: { id: 'refusal.unreachable', params: {} },
};

function isRefusal(answer: unknown): answer is Refusal {
  return (
    typeof (answer as Refusal | null)?.message === 'string' && typeof (answer as Refusal).fix === 'string'
  );
}
