/** What people do with a run apart from controlling it: its report and evidence, going on, and plans made from it. */
import { type Signal, useSignal } from '@preact/signals';
import { permits } from '../../../api/roles.ts';
import { type PlannedAgain, REPORT_FILES, type RunView, type VerifiedRun } from '../../../api/runs.ts';
import type { Person } from '../../../api/session.ts';
import { get, post, Refused } from '../../client.ts';
import { language, say, sayMessage } from '../../language.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Copy } from '../../parts/parts.tsx';
import { refusalText } from '../../parts/say-refusal.ts';
import { go } from '../../router.ts';
import { nextActions } from './run-model.ts';

export function After({ run, person }: { run: RunView; person: Person }) {
  if (run.startedAt === null) return null;
  const at = `/api/runs/${encodeURIComponent(run.id)}`;
  return (
    <section aria-labelledby="after">
      <h2 id="after">{say('after.title')}</h2>
      <div class="after">
        <div>
          <h3>{say('after.report')}</h3>
          <p>
            <a href={`${at}/report?format=html&language=${language()}`} target="_blank" rel="noopener">
              {say(run.holder === null ? 'after.report.open' : 'after.report.soFar')}
            </a>
          </p>
          <p class="links">
            {REPORT_FILES.filter((one) => one !== 'html').map((one) => (
              <a key={one} href={`${at}/report?format=${one}`} download>
                {one === 'markdown' ? 'Markdown' : one.toUpperCase()}
              </a>
            ))}
          </p>
        </div>
        <Evidence run={run} at={at} />
        {run.holder === null && <Again run={run} person={person} />}
      </div>
    </section>
  );
}

/** What an action said last. */
type Answer<T> = T | Refused | 'working' | null;

async function ask<T>(answer: Signal<Answer<T>>, work: () => Promise<T>): Promise<void> {
  answer.value = 'working';
  try {
    answer.value = await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    answer.value = error;
  }
}

function Evidence({ run, at }: { run: RunView; at: string }) {
  const answer = useSignal<Answer<VerifiedRun>>(null);
  const now = answer.value;
  return (
    <div>
      <h3>{say('after.evidence')}</h3>
      <p class="links">
        <button
          type="button"
          disabled={now === 'working'}
          onClick={() =>
            void ask(answer, () => get<VerifiedRun>(`/runs/${encodeURIComponent(run.id)}/verify`))
          }
        >
          {say('after.verify')}
        </button>
        <a href={`${at}/evidence`} download>
          {say('after.export')}
        </a>
      </p>
      <div role="status">
        {now === 'working' && <p class="soft">{say('after.working')}</p>}
        {now instanceof Refused && <Fault error={now} />}
        {now !== null && now !== 'working' && !(now instanceof Refused) && <Verified found={now} />}
      </div>
    </div>
  );
}

function Verified({ found }: { found: VerifiedRun }) {
  const { sound, entries, head, faults, warnings, notTrusted, signed, ended } = found;
  return (
    <>
      <p class={sound ? 'good' : 'bad'}>
        {say(sound ? 'verify.sound' : 'verify.notSound', { entries })} {!ended && say('verify.notEnded')}
      </p>
      <p>
        {say('verify.head')} <Copy text={head} />
      </p>
      {signed.length > 0 && <p>{say('verify.signed', { names: signed.join(', ') })}</p>}
      {notTrusted && <p class="warn">{sayMessage(notTrusted)}</p>}
      <ul>
        {[...faults, ...warnings].map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </>
  );
}

function Fault({ error }: { error: Refused }) {
  return <p class="warn">{refusalText(error)}</p>;
}

function Again({ run, person }: { run: RunView; person: Person }) {
  const asked = useSignal<'rollback' | 'retry' | null>(null);
  const answer = useSignal<Answer<PlannedAgain>>(null);
  const { mayRollBack, mayRetry } = nextActions(run);
  if (!mayRollBack && !mayRetry) return null;
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
      <h3>{say('after.again')}</h3>
      <p class="links">
        {(['rollback', 'retry'] as const)
          .filter((kind) => (kind === 'rollback' ? mayRollBack : mayRetry))
          .map((kind) => (
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
