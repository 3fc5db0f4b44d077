/** The form of the text that explains an error code. */

/** What `refit explain CODE` prints about a code. */
export interface CodeText {
  /** When the code occurs, in whole sentences. */
  readonly meaning: string;
  /** The facts that decide it. */
  readonly checks: string;
  /** The fix of findings with this code that have no fix of their own. */
  readonly fix: string;
}

/** Gives several codes the same text. */
export function shareText<Code extends string>(
  codes: readonly Code[],
  text: CodeText,
): Readonly<Record<Code, CodeText>> {
  return Object.fromEntries(codes.map((code) => [code, text])) as Record<Code, CodeText>;
}

/** The usual fix for a code in one language; null for a code without an explanation. */
export function fixIn(texts: Readonly<Record<string, CodeText>>, code: string): string | null {
  return Object.hasOwn(texts, code) ? texts[code]!.fix : null;
}
