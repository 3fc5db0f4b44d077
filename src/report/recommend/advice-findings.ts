/** Advice about sizes as findings, for pipelines: what must grow soon is an error, what may shrink is a note. */
import { message, textOf } from '../../messages/messages.ts';
import { english } from '../../messages/words.ts';
import type { Finding, Recommendation, Recommendations, Severity } from '../../model.ts';
import { markup, sanitize } from '../document/escape.ts';
import { renderReview } from '../review/render-review.ts';
import { createTextReview } from '../review/review-targets.ts';
import { verdictOfAdvice } from './advice-tables.ts';

/** Formats for CI servers and code hosts. */
export type PipelineFormat = 'junit' | 'sarif' | 'github';

/** The risks from which people should look, and from which they should act. */
const [LOOK, ACT] = [2, 3];

function severityOf({ verdict, risk, billedMemory }: Recommendation): Severity {
  const canWait = verdict === 'insufficient-data' || billedMemory < 0;
  if (canWait || risk.level < LOOK) return 'note';
  return risk.level < ACT ? 'warning' : 'error';
}

/** A finding for each instance whose size is not right, as far as that is known. */
function findingsOf({ recommendations }: Recommendations): Finding[] {
  return recommendations.flatMap((one) => {
    const { verdict, current, advised, reason, instance } = one;
    if (verdict === 'optimal') return [];
    const about = message('advice.finding', { verdict, current, advised, reason });
    return [
      {
        code: 'Refit.Advice',
        severity: severityOf(one),
        message: textOf(about),
        fix: `refit recommend --explain ${instance}`,
        ...{ example: null, location: null, excerpt: null, instance },
        ...{ messageId: about.id, params: about.params },
      },
    ];
  });
}

/** One test case for each instance. What must grow soon fails. */
function junit(hostile: Recommendations): string {
  const result = sanitize(hostile);
  const found = new Map(findingsOf(result).map((one) => [one.instance, one]));
  const failed = [...found.values()].filter(({ severity }) => severity === 'error').length;
  const cases = result.recommendations.map(({ instance, region }) => {
    const finding = found.get(instance);
    const isFailed = finding?.severity === 'error';
    const inside =
      finding !== undefined &&
      (isFailed
        ? markup`<failure type="${finding.code}" message="${finding.message}">fix: ${finding.fix}</failure>`
        : markup`<system-out>${finding.message}</system-out>`);
    return markup`    <testcase classname="${region}" name="${instance}">${inside}</testcase>\n`;
  });
  const counts = markup`tests="${cases.length}" failures="${failed}"`;
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="refit recommend" ${counts}>
  <testsuite name="sizes" ${counts} errors="0" skipped="0">
${cases}  </testsuite>
</testsuites>
`.raw;
}

/** The advice in a format of pipelines. Findings are at line 1 of the sizing file, because hosts want a place. */
export function adviceFindings(result: Recommendations, format: PipelineFormat): string {
  if (format === 'junit') return junit(result);
  const review = createTextReview(result.sizing ?? 'sizing.yaml', findingsOf(result), null);
  const text = renderReview(review, format, { color: false, width: 100, all: true });
  if (format !== 'github') return text;
  const { word, sentence } = verdictOfAdvice(result, english);
  // The first line is about a plan.
  return `${word}: ${sentence}\n${text.slice(text.indexOf('\n') + 1)}`;
}
