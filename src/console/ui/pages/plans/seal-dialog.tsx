/** Seals a plan: asks for the file name, and before it replaces a saved plan that others know. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { SavedVersion, SealAnswer, SealRequest } from '../../../api/plans.ts';
import { get, post, Refused } from '../../client.ts';
import { language, say } from '../../language.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Copy } from '../../parts/parts.tsx';
import { refusalText, savedName } from './plan-edit.ts';

const FREE: SavedVersion = { version: null, runs: [], approvals: 0 };

/** The plan that is sealed. */
export interface PlanToSeal {
  readonly name: string;
  /** A free name for the saved plan. */
  readonly saveAs: string;
  /** The version on disk; null: it is new. */
  readonly version: string | null;
  readonly isDirty: boolean;
  readonly mustBeSigned: boolean;
}

/**
 * @param save saves the text first, and returns its version, or null if it could not.
 * @param onSealed called with the name of the saved plan.
 */
export function SealDialog({
  plan: { name: plan, saveAs, isDirty, mustBeSigned, version },
  save,
  onBlocked,
  onSealed,
  onClose,
}: {
  plan: PlanToSeal;
  save: () => Promise<string | null>;
  onBlocked: (answer: SealAnswer) => void;
  onSealed: (saved: string) => void;
  onClose: () => void;
}) {
  const file = useSignal(version === null ? savedName(plan) : saveAs);
  const price = useSignal(true);
  const there = useSignal<SavedVersion>(FREE);
  const mayReplace = useSignal(false);
  const isBusy = useSignal(false);
  const note = useSignal('');
  useEffect(() => {
    const over = new AbortController();
    mayReplace.value = false;
    get<SavedVersion>(`/plans/saved-version?name=${encodeURIComponent(file.value)}`, over.signal).then(
      (found) => {
        there.value = found;
        note.value = '';
      },
      (error: unknown) => {
        there.value = FREE;
        if (error instanceof Refused) note.value = refusalText(error);
      },
    );
    return () => over.abort();
  }, [file.value]);
  const isTaken = there.value.version !== null;
  const seal = async (): Promise<void> => {
    if (isBusy.value || (isTaken && !mayReplace.value)) return;
    isBusy.value = true;
    try {
      const sealed = isDirty ? await save() : version;
      if (sealed === null) return onClose();
      const request: SealRequest = {
        ...{ name: plan, version: sealed, saveAs: file.value, price: price.value, language: language() },
        replaces: there.value.version,
      };
      const answer = await post<SealAnswer>('/plans/seal', request);
      if (answer.saved === null) onBlocked(answer);
      else onSealed(answer.saved);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      note.value = refusalText(error);
    } finally {
      isBusy.value = false;
    }
  };
  const { runs, approvals } = there.value;
  const action = mustBeSigned ? null : say(isDirty ? 'seal.saveAct' : 'seal.act');
  return (
    <Dialog title={say('seal.title')} action={action} onAct={() => void seal()} onClose={onClose}>
      {mustBeSigned ? (
        <p>
          {say('seal.signed')} <Copy text={`refit plan ${plan} --price -o ${file.value} --sign KEY`} />
        </p>
      ) : (
        <>
          <p>{say('seal.text')}</p>
          <p class="soft">{say('seal.author')}</p>
          <fieldset>
            <label>
              {say('seal.file')}
              <input
                value={file.value}
                spellcheck={false}
                onInput={({ currentTarget }) => (file.value = currentTarget.value)}
              />
            </label>
            <label>
              <input
                type="checkbox"
                checked={price.value}
                onChange={({ currentTarget }) => (price.value = currentTarget.checked)}
              />
              {say('dry.prices')}
            </label>
            {isTaken && (
              <>
                <p class="warn">{say('seal.replaces', { file: file.value, runs: runs.length, approvals })}</p>
                <label>
                  <input
                    type="checkbox"
                    checked={mayReplace.value}
                    onChange={({ currentTarget }) => (mayReplace.value = currentTarget.checked)}
                  />
                  {say('seal.replace')}
                </label>
              </>
            )}
          </fieldset>
        </>
      )}
      <p role="status" class={note.value === '' ? '' : 'warn'}>
        {isBusy.value ? say('dry.running') : note.value}
      </p>
    </Dialog>
  );
}
