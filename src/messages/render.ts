/**
 * The words of messages in a language that the caller has. `messages.ts` has the same in English. Pages of the console use
 * this file, so that a browser loads one language.
 */
import { given } from '../given.ts';
import type { Message } from '../model.ts';
import type { Say, Text } from './text.ts';

/** The sentences of a language by their ids: a `Language`. */
export type Sentences = Readonly<Record<string, (...given: never[]) => Text>>;

/** A message in words. */
export interface Rendered {
  readonly message: string;
  readonly fix: string | null;
  readonly example: string | null;
}

/** How deep messages may nest. A changed journal may nest more, and each level may be written twice. */
export const MOST_NESTED = 8;

/**
 * The words of a message, with its fix or example. A message that the language does not know, such as one of a newer
 * version or of a changed file, is shown as its id and parameters. A report never fails because of one sentence.
 */
export function renderIn(language: Sentences, message: Message): Rendered {
  return renderAt(message, language, 0);
}

function renderAt(message: Message, language: Sentences, depth: number): Rendered {
  const sentences = language as unknown as Readonly<Record<string, (params: unknown, say: Say) => Text>>;
  const inner = (one: Message): Rendered => renderAt(one, language, depth + 1);
  const say: Say = Object.assign((one: Message) => inner(one).message, {
    fix: (one: Message) => inner(one).fix ?? '',
    whole: (one: Message) => given(inner(one)),
  });
  try {
    const { id, params } = message;
    const isKnown = depth < MOST_NESTED && Object.hasOwn(sentences, id);
    const text = isKnown ? sentences[id]!(params, say) : asData(message);
    const said = typeof text === 'string' ? { message: text } : text;
    // A sentence that is only a parameter has no words if the parameter is missing or is no text.
    const words = (one: unknown): string | null => (typeof one === 'string' ? one : null);
    return {
      message: words(said.message) ?? asData(message),
      fix: words(said.fix),
      example: words(said.example),
    };
  } catch {
    return { message: asData(message), fix: null, example: null };
  }
}

/** The words of a message with its fix, in one sentence: `the key is refused (fix: check the keys …)`. */
export function textWithFixIn(language: Sentences, message: Message): string {
  const { message: text, fix } = renderIn(language, message);
  if (fix === null || fix === '') return text;
  return renderIn(language, { id: 'text.with-fix', params: { text, fix } }).message;
}

/** Whatever stands in the place of a message, as text. */
function asData(message: unknown): string {
  if (typeof message === 'string') return message;
  try {
    const { id, params } = message as Message;
    return `${String(id)} ${JSON.stringify(params)}`;
  } catch {
    return 'unreadable message';
  }
}
