/** What the sentences of every language are made of. */
import type { Message } from '../model.ts';

/** What a sentence becomes: the words, and where there is one the fix or the example. */
export type Text =
  | string
  | {
      readonly message: string;
      /** What to do, as a command or a value that can be typed. */
      readonly fix?: string;
      /** What a right value looks like, where the right one cannot be known. */
      readonly example?: string;
    };

/** Writes a message that is a parameter of another one. */
export type Say = (message: Message) => string;
