/** Asks before a person leaves a page with changes that are not saved. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { say } from '../../language.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { go } from '../../router.ts';

/** @returns the question, or null. */
export function useLeaveWarning(isDirty: boolean) {
  const wanted = useSignal<string | null>(null);
  useEffect(() => {
    if (!isDirty) return;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    const ask = (event: MouseEvent): void => {
      const link = (event.target as Element).closest?.('a[href]');
      const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
      if (!isPlain || !(link instanceof HTMLAnchorElement) || link.origin !== location.origin) return;
      if (link.pathname === location.pathname) return;
      event.preventDefault();
      event.stopPropagation();
      wanted.value = link.pathname + link.search;
    };
    addEventListener('beforeunload', warn);
    addEventListener('click', ask, true);
    return () => {
      removeEventListener('beforeunload', warn);
      removeEventListener('click', ask, true);
    };
  }, [isDirty]);
  if (wanted.value === null) return null;
  return (
    <Dialog
      title={say('editor.leave')}
      action={say('editor.leave.act')}
      isDangerous
      onAct={() => go(wanted.value!)}
      onClose={() => (wanted.value = null)}
    >
      <p>{say('editor.leave.text')}</p>
    </Dialog>
  );
}

/** Saves with the keys for it, wherever the focus is. @param save null: this person may not. */
export function useSaveKey(save: (() => void) | null): void {
  useEffect(() => {
    if (save === null) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 's' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
      event.preventDefault();
      save();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
}
