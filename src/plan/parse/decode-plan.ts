import type { Finding } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import { createFinding } from '../../rules/check.ts';
import { createPlanText } from './plan-text.ts';

/** The greatest plan that is read: room for some 30,000 explicit targets. */
export const MAX_PLAN_BYTES = 2 * 1024 * 1024;

/**
 * A plan file's bytes as text. Plans are UTF-8, a byte-order mark allowed; any other encoding, a binary file
 * and a file above `MAX_PLAN_BYTES` are refused with a finding, and the text is null.
 */
export function decodePlan(bytes: Uint8Array, file: string): { text: string | null; findings: Finding[] } {
  const refuse = (message: string, fix: string) => ({
    text: null,
    findings: [createFinding('Refit.Yaml', { message, fix }, null, { file, line: 1, column: 1 })],
  });
  if (bytes.length > MAX_PLAN_BYTES)
    return refuse(
      `the file has ${bytes.length} bytes; a plan has at most ${MAX_PLAN_BYTES}`,
      'use selectors instead of naming each instance, or split the plan in two',
    );
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return refuse('the file is UTF-16; plans are UTF-8', convert('UTF-16', file));
  const zero = bytes.indexOf(0);
  if (zero >= 0)
    return refuse(
      `the file is binary: byte ${zero + 1} is zero`,
      'name the YAML plan; a saved plan or an archive is no plan',
    );
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), findings: [] };
  } catch {
    const { line, column, source } = firstBadLine(bytes);
    const remark = {
      code: 'Refit.Yaml',
      message: `line ${line} is not UTF-8`,
      fix: convert('GB18030', file),
    };
    const finding = createPlanText(source, file).finding(remark, { offset: column - 1, length: 1 });
    const excerpt = finding.excerpt!.replace(/^ {3}1/, String(line).padStart(4));
    return { text: null, findings: [{ ...finding, location: { file, line, column }, excerpt }] };
  }
}

/** A line feed is never part of a longer UTF-8 sequence, so lines can be decoded one by one. */
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
