/** A sentence as data. */

/**
 * A sentence that was not written yet: which one it is, and what it is made from. It is plain JSON, so that plans and
 * journals can hold it, and `messages/` writes it in a language.
 */
export interface Message {
  /** Names one sentence of the catalogue, such as `rule.not-running`. */
  readonly id: string;
  /** Named parameters: numbers in their base units, names, other messages. Never `undefined`. */
  readonly params: Readonly<Record<string, unknown>>;
}
