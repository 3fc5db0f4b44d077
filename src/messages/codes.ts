/** The explanation of each finding code. The compiler finds a rule whose code has none. */
import type { CodeText } from './code-text.ts';
import { fixIn } from './code-text.ts';
import { codes } from './en/codes.ts';

/** A code that `refit explain` can explain. */
export type KnownCode = keyof typeof codes;

/** The explanations of all codes in one language. */
export type CodeTexts = Readonly<Record<KnownCode, CodeText>>;

/** The explanation of a code. */
export function textOfCode(code: KnownCode, texts: CodeTexts = codes): CodeText {
  return texts[code];
}

/** The usual fix for a code; null for a code without an explanation. */
export function fixOfCode(code: string, texts: CodeTexts = codes): string | null {
  return fixIn(texts, code);
}
