/** A plan's findings as SARIF 2.1.0, so that a code host shows them at their lines of the plan file. */
import type { Finding, Review } from '../model.ts';
import { json, legible } from './escape.ts';

const LEVELS = { error: 'error', warning: 'warning', note: 'note' } as const;

export function reviewSarif(hostile: Review): string {
  const review = legible(hostile);
  const codes = [...new Set(review.findings.map(({ code }) => code))].sort();
  return json({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Refit',
            rules: codes.map((code) => ({
              id: code,
              shortDescription: { text: code },
              help: { text: `refit explain ${code}` },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: review.findings.map((finding) => ({
          ruleId: finding.code,
          ruleIndex: codes.indexOf(finding.code),
          level: LEVELS[finding.severity],
          message: { text: finding.mend === '' ? finding.what : `${finding.what}\nmend: ${finding.mend}` },
          locations: [location(finding, review.plan.file)],
        })),
      },
    ],
  });
}

/** Hosts drop results without a place: what concerns the whole plan is shown at its first line. */
function location({ place, instance }: Finding, file: string) {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(place?.file ?? file) },
      region: { startLine: place?.line ?? 1, startColumn: place?.column ?? 1 },
    },
    ...(instance !== null && { logicalLocations: [{ name: instance, kind: 'resource' }] }),
  };
}

/** A path as a URI reference: relative ones stay relative to the checkout. */
function uriOf(file: string): string {
  const path = file
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
  return path.startsWith('/') ? `file://${path}` : path;
}
