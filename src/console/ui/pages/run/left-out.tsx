/** Targets of the plan that the run does not change: read when somebody opens them, because a plan can have many. */
import { useSignal } from '@preact/signals';
import type { ReviewAnswer } from '../../../api/reviews.ts';
import type { RunView } from '../../../api/runs.ts';
import { get, Refused } from '../../client.ts';
import { language, say } from '../../language.ts';
import { RefusalLine } from '../../parts/refusal-line.tsx';
import { Blocked, PlainTable } from '../review/plan-parts.tsx';
import '../review/review.css';

export function LeftOut({ run: { id, leftOut } }: { run: RunView }) {
  const read = useSignal<{ readonly in: string; readonly answer: ReviewAnswer | Refused } | null>(null);
  if (leftOut.blocked + leftOut.unchanged === 0) return null;
  const wanted = language();
  const load = async (): Promise<void> => {
    if (read.value?.in === wanted && !(read.value.answer instanceof Refused)) return;
    const answer = await get<ReviewAnswer>(`/runs/${encodeURIComponent(id)}/review?language=${wanted}`).catch(
      (error: unknown) => {
        if (error instanceof Refused) return error;
        throw error;
      },
    );
    read.value = { in: wanted, answer };
  };
  const answer = read.value?.answer ?? null;
  const page = answer instanceof Refused ? null : (answer?.page ?? null);
  return (
    <details class="left-out" onToggle={({ currentTarget }) => currentTarget.open && void load()}>
      <summary>{say('run.leftOut', leftOut)}</summary>
      {answer instanceof Refused && <RefusalLine error={answer} />}
      {page !== null && <Blocked page={page} />}
      {page?.unchanged && (
        <>
          <h3>{say('review.unchanged')}</h3>
          <PlainTable table={page.unchanged} />
        </>
      )}
    </details>
  );
}
