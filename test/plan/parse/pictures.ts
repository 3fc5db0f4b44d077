/** Draws findings as a person sees them. */
import type { Finding } from '../../../src/model.ts';
import { decodePlan } from '../../../src/plan/parse/decode-plan.ts';
import { parsePlan } from '../../../src/plan/parse/parse-plan.ts';

/** A finding's fix, or its example. */
export function remedy({ fix, example }: Finding): string {
  return fix ?? `example: ${example}`;
}

/** Findings as text: location and code, the drawn line, message, fix or example. */
export function drawFindings(findings: readonly Finding[]): string {
  return findings
    .map((finding) =>
      [
        `${finding.location?.line}:${finding.location?.column} ${finding.code}: ${finding.message}`,
        ...(finding.excerpt === null ? [] : [finding.excerpt]),
        `=> ${remedy(finding)}`,
      ].join('\n'),
    )
    .join('\n');
}

/** The findings about the text of a plan. */
export function drawText(text: string): string {
  return drawFindings(parsePlan(text, 'plan.yaml').findings);
}

/** The findings about the bytes of a file: of decoding, or else of parsing. */
export function drawBytes(bytes: Uint8Array): string {
  const { text, findings } = decodePlan(bytes, 'plan.yaml');
  return text === null ? drawFindings(findings) : drawText(text);
}

/** A valid plan except for these lines, which are its targets. */
export function withTarget(...lines: string[]): string {
  return ['version: 1', 'name: test', 'targets:', ...lines.map((line) => `  ${line}`), ''].join('\n');
}

/** A valid plan except for these lines below its target. */
export function withLines(...lines: string[]): string {
  return [
    'version: 1',
    'name: test',
    'targets:',
    '  - { instance: crs-5qlrlhux, shards: 8 }',
    ...lines,
    '',
  ].join('\n');
}
