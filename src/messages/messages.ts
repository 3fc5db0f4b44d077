/**
 * Sentences as data, and the words for them. Findings and journal entries hold a `Message`: an id with parameters. Each
 * sentence is written once in each language, in `messages/en/` for English.
 *
 *     message('rule.not-running', { id: 'crs-1', status: 'isolated' })
 *       → { id: 'rule.not-running', params: { id: 'crs-1', status: 'isolated' } }     in the plan or the journal
 *       → { message: 'crs-1 is isolated, not running', fix: 'renew it, or …' }        by render()
 *
 * A new language is one more folder whose table has the type `Language`.
 */
import type { Message } from '../model.ts';
import { en } from './en/en.ts';
import type { Say, Text } from './text.ts';

type English = typeof en;

/** The name of a sentence. */
export type MessageId = keyof English;

/** Every sentence in one language. The compiler finds a missing one, and one with other parameters. */
export type Language = { readonly [Id in MessageId]: (...given: Parameters<English[Id]>) => Text };

/** A message in words. */
export interface Rendered {
  readonly message: string;
  readonly fix: string | null;
  readonly example: string | null;
}

type ParamsOf<Id extends MessageId> = Parameters<English[Id]> extends [] ? [] : [Parameters<English[Id]>[0]];

/** A message of that id. Its parameters are those that the English sentence takes. */
export function message<Id extends MessageId>(id: Id, ...[params]: ParamsOf<Id>): Message {
  return { id, params: (params ?? {}) as Message['params'] };
}

/**
 * The words of a message, with its fix or its example. What the language cannot say, such as a message of a newer
 * version or of a changed file, is shown as its id and parameters: a report never fails for one sentence.
 */
export function render({ id, params }: Message, language: Language = en): Rendered {
  const sentences = language as Readonly<Record<string, (params: unknown, say: Say) => Text>>;
  const say: Say = (inner) => render(inner, language).message;
  try {
    const text = Object.hasOwn(sentences, id) ? sentences[id]!(params, say) : asData(id, params);
    if (typeof text === 'string') return { message: text, fix: null, example: null };
    return { message: text.message, fix: text.fix ?? null, example: text.example ?? null };
  } catch {
    return { message: asData(id, params), fix: null, example: null };
  }
}

/** The words of a message alone. */
export function textOf(message: Message, language: Language = en): string {
  return render(message, language).message;
}

function asData(id: unknown, params: unknown): string {
  return `${String(id)} ${JSON.stringify(params)}`;
}
