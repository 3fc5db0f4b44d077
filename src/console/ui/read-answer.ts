/** What an answer of the server says: a value, or why there is none. */
import type { Refusal } from '../api/session.ts';

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

/**
 * Reads an answer to its end.
 * @param signal aborted once the page no longer asks.
 * @throws Refused if the server refused, or if the connection broke within the answer; the reason of the signal.
 */
export async function readAnswer<T>(response: Response, signal?: AbortSignal): Promise<T> {
  const answer: unknown = await response.json().catch(() => undefined);
  // The page no longer asks, or the connection broke within the answer.
  signal?.throwIfAborted();
  if (response.ok) {
    if (answer === undefined) throw new Refused(0, UNREACHABLE);
    return answer as T;
  }
  throw new Refused(
    response.status,
    isRefusal(answer) ? answer : { ...UNREACHABLE, code: `http-${response.status}` },
  );
}
