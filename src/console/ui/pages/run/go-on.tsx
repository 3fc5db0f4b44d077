/** Goes on with a run that no process has. */
import { useSignal } from '@preact/signals';
import { permits } from '../../../api/roles.ts';
import type { RunView } from '../../../api/runs.ts';
import type { Person } from '../../../api/session.ts';
import { post, Refused } from '../../client.ts';
import { say } from '../../language.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { refusalText } from '../../parts/say-refusal.ts';
import { nextActions } from './run-model.ts';

export function GoOn({ run, person }: { run: RunView; person: Person }) {
  const isAsked = useSignal(false);
  const allowsPrograms = useSignal(false);
  const answer = useSignal<{ readonly text: string; readonly isGood: boolean } | null>(null);
  if (!nextActions(run).mayGoOn) return null;
  const { steps, inFlight } = run.picture;
  const goOn = async (): Promise<void> => {
    isAsked.value = false;
    answer.value = null;
    try {
      await post(`/runs/${encodeURIComponent(run.id)}/go-on`, { allowHooks: allowsPrograms.value });
      answer.value = { text: say('goOn.started'), isGood: true };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      answer.value = { text: refusalText(error), isGood: false };
    }
  };
  const mayControl = permits(person.roles, 'control');
  return (
    <div class="controls">
      <button type="button" class="primary" disabled={!mayControl} onClick={() => (isAsked.value = true)}>
        {say('goOn.button')}
      </button>
      {!mayControl && <span class="soft">{say('goOn.needsRole')}</span>}
      <output class={answer.value?.isGood === false ? 'warn' : ''}>{answer.value?.text ?? ''}</output>
      {isAsked.value && (
        <Dialog
          title={say('goOn.ask')}
          action={say('goOn.button')}
          onAct={() => void goOn()}
          onClose={() => (isAsked.value = false)}
        >
          {inFlight.length > 0 && <p class="warn">{say('goOn.interrupted', { open: steps.inProgress })}</p>}
          <p>{say('goOn.effect', { left: steps.remaining })}</p>
          {run.programs > 0 && (
            <label class="check">
              <input
                type="checkbox"
                checked={allowsPrograms.value}
                onChange={({ currentTarget }) => {
                  allowsPrograms.value = currentTarget.checked;
                }}
              />
              {say('goOn.programs', { count: run.programs })}
            </label>
          )}
        </Dialog>
      )}
    </div>
  );
}
