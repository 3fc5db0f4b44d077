/** One way to look at findings: as a person sees them. Only this file knows how parsing is called. */

import type { Finding } from '../../../src/model.ts';
import { decodePlan } from '../../../src/plan/parse/decode-plan.ts';
import { parsePlan } from '../../../src/plan/parse/parse-plan.ts';

/** A finding's fix, or its example. */
export function remedy({ fix, example }: Finding): string {
  return fix ?? `example: ${example}`;
}

/** Findings as text: location and code, the drawn line, message, fix or example. */
export function picture(findings: readonly Finding[]): string {
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

/** What is said of a plan's text. */
export function said(text: string): string {
  return picture(parsePlan(text, 'plan.yaml').findings);
}

/** What is said of a file's bytes, by decoding and, where that succeeds, by parsing. */
export function saidOfBytes(bytes: Uint8Array): string {
  const { text, findings } = decodePlan(bytes, 'plan.yaml');
  return text === null ? picture(findings) : said(text);
}

/** A plan with these lines instead of the target's, everything else in order. */
export function withTarget(...lines: string[]): string {
  return ['version: 1', 'name: test', 'targets:', ...lines.map((line) => `  ${line}`), ''].join('\n');
}

/** A plan with these lines below a target that is in order. */
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
