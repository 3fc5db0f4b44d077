import { type Document, isScalar, type Scalar, visit, type YAMLError } from 'yaml';
import type { Finding } from '../../model.ts';
import type { PlanText, Remark, Span } from './plan-text.ts';

/**
 * One YAML syntax error as a finding. `sure`: the reader recovered what the author meant, so the structure after
 * it can be trusted; else everything from that line on is a guess.
 */
export function syntaxFinding(
  error: YAMLError,
  document: Document.Parsed,
  source: PlanText,
): { finding: Finding; sure: boolean } {
  const [from, to] = error.pos;
  const say = (what: string, mend: string, span: Span, sure = false) => {
    const remark: Remark = { code: 'Refit.Yaml', what, mend };
    return { finding: source.finding(remark, span), sure };
  };
  const here: Span = { offset: from, length: Math.max(1, to - from) };
  const rest = (offset: number) =>
    /^[^,}\]#\r\n]*/.exec(source.text.slice(offset, offset + 200))![0].trimEnd();

  switch (error.code) {
    case 'BAD_SCALAR_START': {
      const text = rest(from);
      if (text === '')
        return say(`a value cannot begin with ${source.text[from]}`, 'remove it, or quote the value', here);
      return say(
        `a value that begins with ${text[0]} needs quotes`,
        JSON.stringify(text),
        { offset: from, length: text.length || 1 },
        true,
      );
    }
    case 'TAG_RESOLVE_FAILED': {
      const tag = /^\S{0,40}/.exec(source.text.slice(from))![0];
      return say(
        `the tag ${tag} is not read: a plan is plain data`,
        'remove the tag; quote a value that is to be text',
        here,
        true,
      );
    }
    case 'MULTIPLE_DOCS':
      return say(
        'the file holds a second YAML document; a plan is one',
        'split the file at the line ---',
        here,
        true,
      );
    case 'RESOURCE_EXHAUSTION':
      return say('the plan is nested too deep to be read', 'a plan needs no more than eight levels', {
        offset: from,
        length: 1,
      });
    case 'BLOCK_AS_IMPLICIT_KEY':
      return say(
        'a second key stands on the same line',
        'put it on a line of its own, or quote the value',
        here,
      );
    case 'MISSING_CHAR': {
      const quoted = quotedAround(document, from);
      if (quoted)
        return say(
          `the ${quoted.type === 'QUOTE_SINGLE' ? "'" : '"'} that opens here is never closed`,
          'close the quotes on the same line',
          { offset: quoted.range![0], length: 1 },
        );
      if (/indicator|implicit/i.test(error.message))
        return say(
          sentence(error.message),
          'begin the line in the column of the keys it belongs to, with spaces',
          here,
        );
      return say(sentence(error.message), 'separate the entries with commas, and close every bracket', here);
    }
    case 'UNEXPECTED_TOKEN': {
      // `failed: > 2` reads as the header of a block scalar.
      const header = />=?[ \t]*$|\|[ \t]*$/.exec(
        source.text.slice(source.text.lastIndexOf('\n', from - 1) + 1, from),
      );
      const start = header ? from - header[0].length : source.text[from] === '>' ? from : -1;
      if (start >= 0) {
        const text = rest(start);
        return say(
          `a value that begins with ${text[0]} needs quotes`,
          JSON.stringify(text),
          { offset: start, length: text.length },
          true,
        );
      }
      return say(sentence(error.message), 'quote the value, or remove what does not belong there', here);
    }
    case 'BAD_INDENT':
    case 'MULTILINE_IMPLICIT_KEY':
      return say(
        sentence(error.message),
        'begin the line in the column of the keys it belongs to, with spaces',
        here,
      );
    default:
      return say(sentence(error.message), 'quote the value, or remove what does not belong there', here);
  }
}

function sentence(message: string): string {
  const line = message
    .split('\n', 1)[0]!
    .slice(0, 160)
    .replace(/"quote/, 'quote');
  return line.charAt(0).toLowerCase() + line.slice(1);
}

function quotedAround(document: Document.Parsed, offset: number): Scalar | null {
  let found: Scalar | null = null;
  visit(document, {
    Scalar: (_, node) => {
      const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
      if (quoted && node.range && node.range[0] <= offset && node.range[1] >= offset) found = node;
    },
  });
  return isScalar(found) ? found : null;
}
