/** Two versions of a plan: the text in the editor, and the text that somebody else wrote meanwhile. */
import type { PlanFile } from '../../../api/plans.ts';
import { say } from '../../language.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { differingLines } from './differing-lines.ts';

/** @param theirs `gone`: the file was removed. @param onOverwrite called with the version that is overwritten. */
export function ConflictDialog({
  name,
  mine,
  theirs,
  onOverwrite,
  onTake,
  onClose,
}: {
  name: string;
  mine: string;
  theirs: PlanFile | 'gone';
  onOverwrite: (base: string | null) => void;
  onTake: (theirs: PlanFile) => void;
  onClose: () => void;
}) {
  return (
    <Dialog
      title={say('conflict.title', { file: name })}
      action={say('conflict.overwrite')}
      isDangerous
      onAct={() => onOverwrite(theirs === 'gone' ? null : theirs.version)}
      onClose={onClose}
    >
      {theirs === 'gone' ? (
        <p>{say('conflict.gone')}</p>
      ) : (
        <>
          <p>{say('conflict.text')}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: people who use a keyboard scroll it */}
          <div class="diff" tabIndex={0} role="region" aria-label={say('conflict.title', { file: name })}>
            {differingLines(theirs.text, mine).map(({ whose, line, text }, at) => (
              <div key={at} class={whose}>
                {say(whose === 'mine' ? 'conflict.mine' : 'conflict.theirs')} {line}: {text}
              </div>
            ))}
          </div>
          <p>
            <button type="button" onClick={() => onTake(theirs)}>
              {say('conflict.take')}
            </button>
          </p>
        </>
      )}
    </Dialog>
  );
}
