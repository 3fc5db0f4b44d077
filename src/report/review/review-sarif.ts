/** The findings of a plan as SARIF 2.1.0. Code hosts show them at their lines of the plan file. */
import { canonical, sha256 } from '../../digest.ts';
import { type Finding, type Review, remedyOf } from '../../model.ts';
import { clip, clipMiddle } from '../document/columns.ts';
import { json, sanitize } from '../document/escape.ts';
import { effectRows, effectsHeading } from './review-effects.ts';
import { titleOf } from './review-targets.ts';

/** The code of a line about what the plan will do or use. */
const EFFECT = 'Refit.Effect';
/** Characters of a message, limited because hosts reject files that are too large. */
const LONGEST = 4000;

export function reviewSarif(hostile: Review): string {
  const review = sanitize(hostile);
  const { file } = titleOf(review);
  const effects = sanitize(effectRows(hostile));
  const heading = effectsHeading(review);
  const found = review.findings.map(({ code }) => code);
  const codes = [...new Set([...found, ...(effects.length > 0 ? [EFFECT] : [])])].sort();
  const seen = new Map<string, number>();
  // The fingerprint has no message and no numbers. The host then recognises the finding in the next plan.
  const fingerprint = (code: string, of: string | null, at: string) => {
    const about = canonical([code, of, at]);
    const times = (seen.get(about) ?? 0) + 1;
    seen.set(about, times);
    return sha256(`${about} ${times}`);
  };
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
        results: [
          ...review.findings.map((finding) => ({
            ruleId: finding.code,
            ruleIndex: codes.indexOf(finding.code),
            level: finding.severity,
            message: { text: messageOf(finding) },
            locations: [location(finding, file)],
            partialFingerprints: {
              'refitFinding/v1': fingerprint(finding.code, finding.instance, finding.location?.file ?? file),
            },
          })),
          ...effects.map(({ kind, verb, text }) => ({
            ruleId: EFFECT,
            ruleIndex: codes.indexOf(EFFECT),
            level: 'note',
            message: {
              text: `${heading} ${verb}: ${clipMiddle(text, LONGEST, 'the JSON format has them')}`,
            },
            locations: [location({ location: null, instance: null }, file)],
            partialFingerprints: { 'refitFinding/v1': fingerprint(EFFECT, kind, file) },
          })),
        ],
      },
    ],
  });
}

function messageOf(finding: Finding): string {
  const remedy = remedyOf(finding);
  const message = clip(finding.message, LONGEST);
  return remedy === null ? message : `${message}\n${remedy.label}: ${clip(remedy.text, LONGEST)}`;
}

/** The location of a result. Plan-wide findings get line 1, because hosts drop results without a location. */
function location({ location, instance }: Pick<Finding, 'location' | 'instance'>, file: string) {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(location?.file ?? file) },
      region: { startLine: location?.line ?? 1, startColumn: location?.column ?? 1 },
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
