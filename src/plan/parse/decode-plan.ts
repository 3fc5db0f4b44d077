import { message } from '../../messages/messages.ts';
import type { Finding, Message } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import { createFinding } from '../../rules/check.ts';
import { createPlanText } from './plan-text.ts';

/** The largest plan that Refit reads: room for some 30,000 explicit targets. */
export const MAX_PLAN_BYTES = 2 * 1024 * 1024;

/**
 * Decodes the bytes of a plan file. A plan is UTF-8, with or without a byte-order mark.
 * @returns a null text and a finding for another encoding, a binary file, or a file above `MAX_PLAN_BYTES`.
 */
export function decodePlan(bytes: Uint8Array, file: string): { text: string | null; findings: Finding[] } {
  const refuse = (refusal: Message) => ({
    text: null,
    findings: [createFinding('Refit.Yaml', refusal, null, { file, line: 1, column: 1 })],
  });
  if (bytes.length > MAX_PLAN_BYTES)
    return refuse(message('plan-text.too-large', { bytes: bytes.length, limit: MAX_PLAN_BYTES }));
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return refuse(message('plan-text.utf16', { command: convert('UTF-16', file) }));
  const zero = bytes.indexOf(0);
  if (zero >= 0) return refuse(message('plan-text.binary', { byte: zero + 1 }));
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const kind = formatOf(text);
    return kind === null
      ? { text, findings: [] }
      : refuse(message('typed.other-file', NEXT[kind](shellQuote(file))));
  } catch {
    const { line, column, source } = firstBadLine(bytes);
    const remark = {
      code: 'Refit.Yaml',
      message: message('plan-text.not-utf8', { line, command: convert('GB18030', file) }),
    };
    const finding = createPlanText(source, file).finding(remark, { offset: column - 1, length: 1 });
    const excerpt = finding.excerpt!.replace(/^ {3}1/, String(line).padStart(4));
    return { text: null, findings: [{ ...finding, location: { file, line, column }, excerpt }] };
  }
}

/** The kinds of files that Refit itself writes, and what to type with one. */
const NEXT = {
  'saved-plan': (file: string) => ({ what: 'a saved plan', command: `refit show ${file}` }),
  inventory: (file: string) => ({ what: 'an inventory', command: `refit plan PLAN --inventory ${file}` }),
  report: (file: string) => ({ what: 'a report', command: `refit plan PLAN --durations ${file}` }),
} as const;

/** The kind of a file that Refit wrote; null for another text. */
function formatOf(text: string): keyof typeof NEXT | null {
  if (!/^\ufeff?\s*\{/.test(text)) return null;
  const kind = /"format"\s*:\s*"refit\.([a-z-]+)\/\d+"/.exec(text)?.[1] ?? '';
  return Object.hasOwn(NEXT, kind) ? (kind as keyof typeof NEXT) : null;
}

/** The first line that is not UTF-8. A line feed is never inside a UTF-8 sequence, so each line decodes alone. */
function firstBadLine(bytes: Uint8Array): { line: number; column: number; source: string } {
  const strict = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let from = 0; ; line += 1) {
    const feed = bytes.indexOf(0x0a, from);
    const part = bytes.subarray(from, feed < 0 ? bytes.length : feed);
    try {
      strict.decode(part);
    } catch {
      const source = new TextDecoder('utf-8').decode(part);
      return { line, column: Math.max(0, source.indexOf('\ufffd')) + 1, source };
    }
    if (feed < 0) return { line, column: 1, source: '' };
    from = feed + 1;
  }
}

function convert(from: string, file: string): string {
  return `iconv -f ${from} -t UTF-8 ${shellQuote(file)} > ${shellQuote(`${file}.utf8`)}`;
}
