/** Renders advice for a fleet; pure. */

import { size as sizeText } from '../../messages/en/quantities.ts';
import { render } from '../../messages/messages.ts';
import type { Message, Recommendation, Recommendations } from '../../model.ts';
import { json, sanitize } from '../document/escape.ts';

export type RecommendationFormat = 'text' | 'json';

/** Where a text is shown. `width` in terminal cells. */
interface Where {
  readonly color: boolean;
  readonly width: number;
}

/** The whole text with a final line end. Equal advice gives equal bytes. */
export function renderRecommendations(
  result: Recommendations,
  format: RecommendationFormat,
  _where: Where,
): string {
  return format === 'json' ? json(withTexts(result)) : text(result);
}

/** Each message with its words in English. */
function withTexts(result: Recommendations) {
  const words = (about: Message) => ({ text: render(about).message, ...about });
  return {
    ...result,
    recommendations: result.recommendations.map((one) => ({
      ...one,
      reason: words(one.reason),
      risk: { ...one.risk, message: words(one.risk.message) },
      confidence: one.confidence && { ...one.confidence, message: words(one.confidence.message) },
      smaller: one.smaller && { ...one.smaller, reason: words(one.smaller.reason) },
      larger: one.larger && { ...one.larger, reason: words(one.larger.reason) },
    })),
  };
}

function text(hostile: Recommendations): string {
  const { recommendations } = sanitize(hostile);
  return `${recommendations.flatMap(lines).join('\n')}\n`;
}

function lines({
  instance,
  name,
  verdict,
  current,
  advised,
  reason,
  risk,
  confidence,
  smaller,
  larger,
}: Recommendation): string[] {
  const words = (about: Message) => render(about).message;
  return [
    `${verdict.toUpperCase()}  ${instance} ${name}  ${sizeText(current)}${advised === null ? '' : ` -> ${sizeText(advised)}`}`,
    `  ${words(reason)}`,
    `  risk ${risk.level}: ${words(risk.message)}`,
    ...(confidence === null ? [] : [`  confidence ${confidence.level}: ${words(confidence.message)}`]),
    ...(smaller === null ? [] : [`  not ${sizeText(smaller.size)}: ${words(smaller.reason)}`]),
    ...(larger === null ? [] : [`  not ${sizeText(larger.size)}: ${words(larger.reason)}`]),
  ];
}
