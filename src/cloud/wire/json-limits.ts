/** Limits for the JSON of an answer, checked before it is parsed: a few bytes can cost much memory. */

/** Levels of lists and objects. The provider's answers have fewer than ten. */
export const MAX_JSON_DEPTH = 64;

/** Values of any kind. A page of 1,000 instances has about 100,000. */
export const MAX_JSON_VALUES = 500_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** Why a text is beyond the limits; null if it is within. It reads the text once and does not check its syntax. */
export function jsonProblem(text: string): string | null {
  let depth = 0;
  let values = 1;
  let isInText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isInText) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) isInText = false;
    } else if (code === QUOTE) {
      isInText = true;
    } else if (code === COMMA) {
      if (++values > MAX_JSON_VALUES) return `more than ${MAX_JSON_VALUES} values`;
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_JSON_DEPTH) return `more than ${MAX_JSON_DEPTH} levels`;
      if (++values > MAX_JSON_VALUES) return `more than ${MAX_JSON_VALUES} values`;
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
    }
  }
  return null;
}
