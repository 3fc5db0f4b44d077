/** The parts that every language builds its sentences from. */
import type { Message } from '../model.ts';

/** The words of a message, with its fix or example if it has one. */
export type Text =
  | string
  | {
      readonly message: string;
      /** What to do, as a command or a value that can be typed. */
      readonly fix?: string;
      /** A correct value, for cases in which Refit cannot know the right one. */
      readonly example?: string;
    };

/** Writes a message that is a parameter of another one. */
export interface Say {
  (message: Message): string;
  /** The fix of that message; empty without one. */
  fix(message: Message): string;
  /** That message with its fix or example. */
  whole(message: Message): Exclude<Text, string>;
}

/** The sentences of a file in another language: the same ids, with the same parameters. */
export type TranslationOf<English> = {
  readonly [Id in keyof English]: English[Id] extends (...given: infer Given) => Text
    ? (...given: Given) => Text
    : never;
};
