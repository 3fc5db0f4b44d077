/**
 * Sentences as data, and their words. Findings and journal entries hold a `Message`: an id with parameters. Each sentence
 * exists once in each language, in `messages/en/` for English.
 *
 *     message('rule.not-running', { id: 'crs-1', status: 'isolated' })
 *       → { id: 'rule.not-running', params: { id: 'crs-1', status: 'isolated' } }     in the plan or the journal
 *       → { message: 'crs-1 is isolated, not running', fix: 'renew it, or …' }        by render()
 *
 * A new language is one more folder whose table has the type `Language`.
 */
import type { Message } from '../model.ts';
import { en } from './en/en.ts';
import { MOST_NESTED, type Rendered, renderIn, textWithFixIn } from './render.ts';
import type { Say, Text } from './text.ts';

export type { Rendered };

type English = typeof en;

/** The name of a sentence. */
export type MessageId = keyof English;

/** Every sentence in one language. The compiler finds a missing one, and one with other parameters. */
export type Language = { readonly [Id in MessageId]: (...given: Parameters<English[Id]>) => Text };

type ParamsOf<Id extends MessageId> = Parameters<English[Id]> extends [] ? [] : [Parameters<English[Id]>[0]];

/** A message of that id. Its parameters are those that the English sentence takes. */
export function message<Id extends MessageId>(id: Id, ...[params]: ParamsOf<Id>): Message {
  return { id, params: (params ?? {}) as Message['params'] };
}

/** How much of an unknown name a message quotes. */
const LONGEST_NAME = 60;

/**
 * Why a message of a file is none that Refit writes; null without a reason. Each sentence takes exactly its parameters, so
 * the ones that it reads are the ones that it needs. A parameter of another type is found if it leaves the sentence without words.
 * @param belongs whether the sentence of that id may be here. It also judges the messages in its parameters.
 */
export function messageFault(
  { id, params }: Message,
  belongs: (id: string) => boolean = () => true,
  depth = 0,
): string | null {
  if (depth >= MOST_NESTED || !Object.hasOwn(en, id))
    return `is ${JSON.stringify(id.slice(0, LONGEST_NAME))}, which no sentence has`;
  if (!belongs(id)) return `is ${id}, a sentence that Refit never writes here`;
  const read = new Set<string>();
  const watched = new Proxy(params, {
    get: (target, name: string) => {
      read.add(name);
      return target[name];
    },
  });
  let inner: string | null = null;
  const check = (one: Message): string => {
    inner ??= messageFault(one, belongs, depth + 1);
    return '';
  };
  const say: Say = Object.assign(check, { fix: check, whole: (one: Message) => ({ message: check(one) }) });
  try {
    (en as Readonly<Record<string, (params: unknown, say: Say) => Text>>)[id]!(watched, say);
  } catch {
    return `is ${id}, whose parameters have other types`;
  }
  const missing = [...read].find((name) => !Object.hasOwn(params, name));
  if (missing !== undefined) return `is ${id}, which needs the parameter ${missing}`;
  const unknown = Object.keys(params).find((name) => !read.has(name));
  return unknown === undefined
    ? inner
    : `is ${id}, which has no parameter ${JSON.stringify(unknown.slice(0, LONGEST_NAME))}`;
}

/** The words of a message, with its fix or example. @param language English if left out */
export function render(message: Message, language: Language = en): Rendered {
  return renderIn(language, message);
}

/** The words of a message alone. */
export function textOf(message: Message, language: Language = en): string {
  return renderIn(language, message).message;
}

/** The words of a message with its fix, in one sentence: `the key is refused (fix: check the keys …)`. */
export function textWithFix(message: Message, language: Language = en): string {
  return textWithFixIn(language, message);
}
