/** What people do with a run apart from controlling it: its report and evidence, going on, and plans made from it. */
import { useSignal } from '@preact/signals';
import { REPORT_FILES, type RunView, type VerifiedRun } from '../../../api/runs.ts';
import type { Person } from '../../../api/session.ts';
import { get, Refused } from '../../client.ts';
import { language, say, sayMessage } from '../../language.ts';
import { Copy } from '../../parts/parts.tsx';
import { type Answer, ask, Fault, PlanAgain } from './plan-again.tsx';
import { nextActions } from './run-model.ts';

const AGAIN = ['rollback', 'retry'] as const;

export function After({ run, person }: { run: RunView; person: Person }) {
  if (run.startedAt === null) return null;
  const at = `/api/runs/${encodeURIComponent(run.id)}`;
  const { mayRollBack, mayRetry } = nextActions(run);
  const kinds = AGAIN.filter((kind) => (kind === 'rollback' ? mayRollBack : mayRetry));
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
        {kinds.length > 0 && (
          <div>
            <h3>{say('after.again')}</h3>
            <PlanAgain run={run} person={person} kinds={kinds} />
          </div>
        )}
      </div>
    </section>
  );
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
      {signed.length > 0 && <p>{say('verify.signed', { names: signed.join(say('list')) })}</p>}
      {notTrusted && <p class="warn">{sayMessage(notTrusted)}</p>}
      <ul>
        {[...faults, ...warnings].map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </>
  );
}
