/** Plans made from a run: a rollback and a retry. */
import { type Signal, useSignal } from '@preact/signals';
import { permits } from '../../../api/roles.ts';
import type { PlanAgainRequest, PlannedAgain, RunView } from '../../../api/runs.ts';
import type { Person } from '../../../api/session.ts';
import { post, Refused } from '../../client.ts';
import { say, sayMessage } from '../../language.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { refusalText } from '../../parts/say-refusal.ts';
import { go } from '../../router.ts';

/** What an action said last. */
export type Answer<T> = T | Refused | 'working' | null;

/** Does some work, and keeps what it said, a refusal included. */
export async function ask<T>(answer: Signal<Answer<T>>, work: () => Promise<T>): Promise<void> {
  answer.value = 'working';
  try {
    answer.value = await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    answer.value = error;
  }
}

/** Why an action was refused, with what to do. */
export function Fault({ error }: { error: Refused }) {
  return <p class="warn">{refusalText(error)}</p>;
}

/** Buttons that make a plan from a run, and open its review. @param kinds those that the run allows. */
export function PlanAgain({
  run,
  person,
  kinds,
}: {
  run: RunView;
  person: Person;
  kinds: readonly PlanAgainRequest['kind'][];
}) {
  const asked = useSignal<'rollback' | 'retry' | null>(null);
  const answer = useSignal<Answer<PlannedAgain>>(null);
  const mayPlan = permits(person.roles, 'plan');
  const now = answer.value;
  const plan = async (kind: 'rollback' | 'retry'): Promise<void> => {
    asked.value = null;
    await ask(answer, () => post<PlannedAgain>(`/runs/${encodeURIComponent(run.id)}/plan`, { kind }));
    const made = answer.value;
    if (made !== null && made !== 'working' && !(made instanceof Refused) && made.saved !== null)
      go(`/reviews/${encodeURIComponent(made.saved)}`);
  };
  return (
    <div>
      <p class="links">
        {kinds.map((kind) => (
          <button
            key={kind}
            type="button"
            disabled={!mayPlan || now === 'working'}
            onClick={() => (asked.value = kind)}
          >
            {say(`after.${kind}`)}
          </button>
        ))}
      </p>
      {!mayPlan && <p class="soft">{say('after.needsRole')}</p>}
      <div role="status">
        {now === 'working' && <p class="soft">{say('after.planning')}</p>}
        {now instanceof Refused && <Fault error={now} />}
        {now !== null && now !== 'working' && !(now instanceof Refused) && now.saved === null && (
          <>
            <p class="warn">{say(`after.plan.${now.verdict === 'blocked' ? 'blocked' : 'nothing'}`)}</p>
            <ul>
              {now.reasons.map((reason) => (
                <li key={sayMessage(reason)}>{sayMessage(reason)}</li>
              ))}
            </ul>
          </>
        )}
      </div>
      {asked.value !== null && (
        <Dialog
          title={say(`after.${asked.value}.ask`)}
          action={say('after.plan.make')}
          onAct={() => void plan(asked.value!)}
          onClose={() => (asked.value = null)}
        >
          <p>
            {say(`after.${asked.value}.effect`, {
              verified: run.picture.outcomes.verified,
              left: run.picture.steps.of - run.picture.outcomes.verified,
            })}
          </p>
        </Dialog>
      )}
    </div>
  );
}
