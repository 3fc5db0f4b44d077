/** The order in which people should read advice. */
import { type Recommendation, VERDICTS } from '../model.ts';

/** Sorts by risk of what has to be done, then by verdict, then by saving, then by id. */
export function rank(recommendations: readonly Recommendation[]): Recommendation[] {
  return [...recommendations].sort(
    (a, b) =>
      urgency(b) - urgency(a) ||
      VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) ||
      a.billedMemory - b.billedMemory ||
      (a.instance < b.instance ? -1 : a.instance > b.instance ? 1 : 0),
  );
}

/** The risk of doing nothing: a smaller size can wait. */
function urgency({ verdict, risk, advised, without, billedMemory }: Recommendation): number {
  const changes = advised !== null || without !== null || verdict === 'blocked';
  return changes && billedMemory >= 0 ? risk.level : 0;
}
