/** What Refit says about text that people mistype: characters, indentation, comments, and numbers with two readings. */
import type { Text } from '../../text.ts';
import { nameOf, type Part } from './plan-text.ts';

/** A character that looks like another one. */
export interface Odd {
  /** `U+00A0` */
  readonly code: string;
  /** `a no-break space` */
  readonly name: string;
}

const labelled = ({ entry, key }: Part, value: string): string => (entry ? value : `${key}: ${value}`);

const either = (all: readonly string[]): string => all.join(', or ');

export const typed = {
  'typed.conflict-marker': ({ marker, more }: { marker: string; more: number }): Text => ({
    message: `the line is the conflict marker ${marker} of a merge that nobody finished${more > 0 ? `, and ${more} more ${more === 1 ? 'follows' : 'follow'}` : ''}`,
    fix: 'keep one of the two sides, and remove every line that begins with <<<<<<<, =======, ||||||| or >>>>>>>',
  }),
  'typed.odd-character': ({ odd, line }: { odd: Odd; line: string | null }): Text => ({
    message: `the line has ${odd.code}, ${odd.name}, which YAML reads as text`,
    fix: line ?? `replace ${odd.code}`,
  }),
  'typed.hidden-character': ({
    part,
    odd,
    value,
    escaped,
  }: {
    part: Part;
    odd: Odd;
    value: string;
    escaped: string;
  }): Text => ({
    message: `${nameOf(part)} has ${odd.code}, ${odd.name}`,
    fix: `${labelled(part, value)}; if the character is meant: ${labelled(part, escaped)}`,
  }),
  'typed.ambiguous-number': ({
    part,
    written,
    relative,
    values,
  }: {
    part: Part;
    written: string;
    /** Whether a sign makes it look like a difference. */
    relative: boolean;
    /** What it can mean, in the spelling of the plan. */
    values: readonly string[];
  }): Text => ({
    message: `${nameOf(part)} is ${written}, which ${
      relative
        ? `looks relative, and can mean ${values.at(-1)} more or exactly ${values.at(-1)}`
        : values.length > 1
          ? `can mean ${values.join(' or ')}`
          : `not every program reads as ${values[0]}`
    }`,
    fix: either(values.map((value) => labelled(part, value))),
  }),
  'typed.small-number': ({ part, written, fix }: { part: Part; written: string; fix: string }): Text => ({
    message: `${nameOf(part)} is ${written}, which means ${written} MB; the smallest size that the provider sells is 256MB`,
    fix: labelled(part, fix),
  }),
  'typed.hidden-comment': ({
    part,
    value,
    whole,
  }: {
    part: Part;
    /** What is left. */
    value: string;
    whole: string;
  }): Text => ({
    message: `${nameOf(part)} is ${value}: the rest of the line is a comment, because # follows a space`,
    fix: `${labelled(part, whole)}; for a comment, write a space after #`,
  }),
  'typed.comment-hides-bracket': ({ bracket, value }: { bracket: string; value: string }): Text => ({
    message: `the rest of the line is a comment, because # follows a space; the ${bracket} in it closes nothing`,
    fix: value,
  }),
  'typed.only-comment': ({ part, whole }: { part: Part; whole: string }): Text => ({
    message: `${nameOf(part)} has no value: the rest of the line is a comment, because # follows a space`,
    fix: labelled(part, whole),
  }),
  'typed.only-anchor': ({ part, whole }: { part: Part; whole: string }): Text => ({
    message: `${nameOf(part)} has no value: & begins an anchor, which names a value`,
    fix: labelled(part, whole),
  }),
  'typed.indentation': ({
    column,
    wanted,
    like,
    line,
  }: {
    column: number;
    wanted: number;
    /** The text beside which it belongs; null for a file whose text stays secret. */
    like: string | null;
    line: number;
  }): Text => ({
    message: `the line starts in column ${column}, and the lines beside it start in column ${wanted}, such as ${like === null ? '' : `${like} on `}line ${line}`,
    fix: `start the line in column ${wanted}, with ${wanted === 1 ? 'no space' : wanted === 2 ? '1 space' : `${wanted - 1} spaces`} before it`,
  }),
  'typed.no-space-after-colon': ({ line }: { line: string }): Text => ({
    message: 'the colon after a key needs a space after it',
    fix: line,
  }),
  'typed.equals-sign': ({ line }: { line: string }): Text => ({
    message: 'a colon separates a key from its value, not an equals sign',
    fix: line,
  }),
  'typed.no-space-after-dash': ({ line }: { line: string }): Text => ({
    message: 'the dash of a list entry needs a space after it',
    fix: line,
  }),
  'typed.bullet': ({ bullet, line }: { bullet: string; line: string }): Text => ({
    message: `a dash begins a list entry, not ${bullet}`,
    fix: line,
  }),
  'typed.code-fence': (): Text => ({
    message: 'the line is a code fence of Markdown, not YAML',
    fix: 'remove the lines that begin with ```',
  }),
  'typed.slashes': ({ line }: { line: string }): Text => ({
    message: 'a comment of YAML begins with #',
    fix: line,
  }),
  'typed.missing-comma': ({ between }: { between: string }): Text => ({
    message: 'the entries in brackets need a comma between them',
    fix: between,
  }),
  'typed.never-closed': ({ bracket, closing }: { bracket: string; closing: string }): Text => ({
    message: `the ${bracket} that opens here is never closed`,
    fix: `close it with ${closing}`,
  }),
  'typed.text-after-quote': ({ value }: { value: string }): Text => ({
    message: 'text follows the closing quote',
    fix: value,
  }),
  'typed.backslash': ({ pair, value }: { pair: string; value: string }): Text => ({
    message: `${pair} is no escape of YAML; in double quotes, a backslash needs a second one`,
    fix: value,
  }),
  'typed.other-file': ({ what, command }: { what: string; command: string }): Text => ({
    message: `the file is ${what}, not a plan`,
    fix: command,
  }),
  'typed.region': ({ part, region, meant }: { part: Part; region: string; meant: string }): Text => ({
    message: `${nameOf(part)} is ${region}, a region that this version of refit does not know; did you mean ${meant}?`,
    fix: labelled(part, meant),
  }),
};
