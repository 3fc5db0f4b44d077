/** Errors whose words are a message, so that a page shows them in its language. */
import { type ErrorCode, messageOf, RefitError } from '../errors.ts';
import type { Message } from '../model.ts';
import { escapeControls, escapeLines } from '../text.ts';
import { render } from './messages.ts';

/**
 * An error in English that also carries its message. Parameters may come from anybody.
 * @param about a message with a fix or an example. @param cause the error below, if there is one.
 */
export function refitError(code: ErrorCode, about: Message, cause?: unknown): RefitError {
  const { message, fix, example } = render(about);
  return new RefitError(code, escapeLines(message), escapeLines(fix ?? example ?? ''), {
    about,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The message of a thrown value as another message takes it: as data, or as a text if it has none. */
export function aboutOf(thrown: unknown): Message | string {
  const about = thrown instanceof RefitError ? thrown.about : null;
  return about === null ? messageOf(thrown) : (about as Message);
}

/** What is wrong, for a page: in English, and as data for other languages. */
export interface Fault {
  readonly message: string;
  readonly fix: string | null;
  /** null: there are only the English words. */
  readonly about: Message | null;
}

/** The fault of a thrown value, on one line. */
export function faultOf(thrown: unknown): Fault {
  const about = aboutOf(thrown);
  return {
    message: escapeControls(messageOf(thrown)),
    fix: thrown instanceof RefitError ? escapeControls(thrown.fix) : null,
    about: typeof about === 'string' ? null : about,
  };
}
