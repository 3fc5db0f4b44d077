/**
 * Findings about values that the schema accepts, although the author most likely meant something else. These are numbers
 * with two readings, characters that nobody sees, and text that ` #` cuts off.
 */
import { message } from '../../messages/messages.ts';
import type { Finding, Message, SourceLocation } from '../../model.ts';
import { readingsUnder } from './ambiguous-number.ts';
import { formatScalar, shorten } from './bad-value.ts';
import { asMeant, hiddenCharacterIn } from './odd-characters.ts';
import type { PlanText, Span } from './plan-text.ts';
import type { Path, PlainScalar, YamlTree } from './read-yaml.ts';

/** The part of a plan that a sentence names, for the value at a path. */
export function partOf(path: Path): { readonly key: string; readonly entry: boolean } {
  const key = path.findLast((step) => typeof step === 'string') as string | undefined;
  return { key: key ?? '', entry: typeof path.at(-1) === 'number' };
}

/** Each comment costs one more validation. */
const MOST_COMMENTS = 20;

function keyOf({ line, column }: SourceLocation): string {
  return `${line}:${column}`;
}

/**
 * @param isValid whether the schema accepts the whole text with its present values.
 * @param before findings that already refuse some of the values.
 */
export function typedFindings(
  tree: YamlTree,
  source: PlanText,
  isValid: () => boolean,
  before: readonly Finding[],
): Finding[] {
  const findings: Finding[] = [];
  const refused = new Set(before.map(({ location }) => keyOf(location!)));
  let comments = 0;
  for (const scalar of tree.doubtful) {
    if (refused.has(keyOf(source.locationAt(scalar.span.offset)))) continue;
    const report = (finding: Message, span: Span, code = 'Refit.BadValue'): void => {
      findings.push(source.finding({ code, message: finding }, span));
    };
    const { value, path, span } = scalar;
    const number = typeof value === 'number' ? ambiguous(scalar) : null;
    if (number !== null) report(number, span);
    const odd = hiddenCharacterIn(scalar.source);
    if (odd !== null && typeof value === 'string') {
      const { at, code, name } = odd;
      const part = { part: partOf(path), odd: { code, name } };
      const meant = formatScalar(withoutQuotes(asMeant(value)).trim());
      const texts = { value: meant, escaped: escapedText(value) };
      report(message('typed.hidden-character', { ...part, ...texts }), {
        offset: span.offset + at,
        length: 1,
      });
    }
    if (scalar.comment === null || typeof value !== 'string' || comments >= MOST_COMMENTS) continue;
    comments += 1;
    if (isLonger(tree, scalar, isValid)) {
      const whole = JSON.stringify(shorten(`${value} ${scalar.comment}`));
      const parts = { part: partOf(path), value: shorten(formatScalar(value)), whole };
      const cut = source.text.indexOf('#', span.offset + span.length);
      const at = { offset: cut, length: scalar.comment.length };
      report(message('typed.hidden-comment', parts), at, 'Refit.HiddenComment');
    }
  }
  return findings;
}

function ambiguous({ path, source }: PlainScalar): Message | null {
  const part = partOf(path);
  const readings = readingsUnder(part.key, source);
  return readings && message('typed.ambiguous-number', { part, written: source, ...readings });
}

function withoutQuotes(text: string): string {
  return text.replaceAll(/^["']|["']$/g, '');
}

/** The text in double quotes, with an escape for each hidden character. */
function escapedText(text: string): string {
  const escapes = Array.from(text, (character) =>
    hiddenCharacterIn(` ${character}`) === null
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escapes.join('').replaceAll('"', '\\"')}"`;
}

/** Whether the value with its comment would be valid, so that the comment may belong to it. */
function isLonger(tree: YamlTree, { path, value, comment }: PlainScalar, isValid: () => boolean): boolean {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], tree.value) as
    | Record<string, unknown>
    | undefined;
  const last = path.at(-1);
  if (parent === undefined || last === undefined) return false;
  parent[last] = `${value} ${comment}`;
  try {
    return isValid();
  } finally {
    parent[last] = value;
  }
}
