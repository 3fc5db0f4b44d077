/** The state of a run: the same word and colour in lists, plans, the audit, the overview and on its page. */
import type { Outcome } from '../../../model.ts';
import { say } from '../language.ts';
import type { WordId } from '../words/en.ts';
import { Badge } from './parts.tsx';

/** Outcomes that make a run a failed one, the most urgent first. */
const FAILED: readonly Outcome[] = ['unknown', 'failed', 'refused', 'drifted'];

/**
 * @param outcomes how many steps ended with each; null: not known. @param word and `tone` of a run without a failed step.
 * @param isOver true: the failures say all that there is to say. False: they stand beside the state.
 */
export function RunBadge({
  outcomes,
  word,
  tone,
  isOver,
}: {
  outcomes: Readonly<Record<Outcome, number>> | null;
  word: WordId;
  tone: string;
  isOver: boolean;
}) {
  const failures = FAILED.filter((one) => outcomes !== null && outcomes[one] > 0)
    .map((one) => `${outcomes![one]} ${say(`outcome.${one}`)}`)
    .join(say('list'));
  return (
    <>
      {(failures === '' || !isOver) && <Badge tone={tone} text={say(word)} />}{' '}
      {failures !== '' && <Badge tone="failed" text={failures} />}
    </>
  );
}
