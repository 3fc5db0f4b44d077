/** Advice about sizes as JSON: plain data, with the words of each message beside what it was made from. */
import { render } from '../../messages/messages.ts';
import type { Message, Recommendation, Recommendations } from '../../model.ts';
import { json } from '../document/escape.ts';

const words = (about: Message) => ({ text: render(about).message, ...about });

/** The advice as JSON. Equal advice gives equal bytes. */
export function adviceJson(result: Recommendations): string {
  return json({ ...result, recommendations: result.recommendations.map(withWords) });
}

/** One piece of advice, with words. */
export function withWords(one: Recommendation) {
  const { reason, risk, confidence, smaller, larger } = one;
  return {
    ...one,
    reason: words(reason),
    risk: { level: risk.level, message: words(risk.message) },
    confidence: confidence && { level: confidence.level, message: words(confidence.message) },
    smaller: smaller && { size: smaller.size, reason: words(smaller.reason) },
    larger: larger && { size: larger.size, reason: words(larger.reason) },
  };
}
