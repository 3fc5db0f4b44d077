/** Answers that are no success. */

import type { FastifyReply } from 'fastify';
import { messageOf, RefitError } from '../../errors.ts';
import { message as messageWith } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { Message } from '../../model.ts';
import type { Refusal } from '../api/session.ts';
import type { Refused } from './guard.ts';
import { LimitReached } from './limits.ts';

/** Sends a refusal. */
export function refuse(reply: FastifyReply, { status, retryAfter, ...refusal }: Refused): FastifyReply {
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .send(refusal satisfies Refusal);
}

/** A body above the limit. Only a plan in the editor gets so long. */
const TOO_LARGE: Refused = {
  ...{ status: 413, code: 'too-large', message: 'the console takes texts of at most 1 MB' },
  fix: 'shorten the text: select instances by tags, or split the plan; or edit the file itself, and use refit plan',
  about: { id: 'refusal.too-large', params: {} },
};

/** Codes of errors that say that somebody else was faster. */
const CONFLICTS: ReadonlySet<string> = new Set(['locked', 'fenced', 'file-changed']);

/** The name without its folder. */
const lastPart = (path: unknown): string => String(path).split('/').at(-1) ?? '';

/** What was not found, with what to do in the console instead of at a terminal. Other errors stay. */
function inConsole(error: RefitError): RefitError {
  const { id, params } = (error.about ?? { id: '', params: {} }) as Message;
  if (id === 'error.no-run-directory')
    return refitError('usage', messageWith('error.no-run-here', { run: lastPart(params.directory) }));
  if (id === 'error.file-refused' && params.reason === 'no such file or folder')
    return refitError('usage', messageWith('error.no-file-here', { file: lastPart(params.path) }));
  return error;
}

/** What a browser sees of a thrown error. A fault of ours shows no detail. */
export function refusalOf(error: unknown, onFault: (error: unknown) => void): Refused {
  if (error instanceof LimitReached) return error.refused;
  if (error instanceof RefitError) {
    const { code, message, fix, about } = inConsole(error);
    return { status: CONFLICTS.has(code) ? 409 : 422, code, message, fix, ...(about && { about }) };
  }
  const status = (error as { readonly statusCode?: unknown } | null)?.statusCode;
  if (status === 413) return TOO_LARGE;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { status, code: 'bad-request', message: messageOf(error), fix: 'reload the page' };
  onFault(error);
  return {
    ...{ status: 500, code: 'internal', message: 'this is a fault of the console' },
    fix: 'see what refit serve printed, and report it',
    about: { id: 'refusal.internal', params: {} },
  };
}
