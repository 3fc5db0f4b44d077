/** A question that names its consequence. The browser keeps the focus inside; Escape, Back and a tap beside it answer no. */
import type { ComponentChildren } from 'preact';
import { say } from '../language.ts';
import { useModal } from './modal.ts';

/** Always at the top, also while the dialog is scrolled. */
export function CloseButton({ onClose }: { onClose: () => void }) {
  return (
    <button type="button" class="close" aria-label={say('close')} title={say('close')} onClick={onClose}>
      ✕
    </button>
  );
}

/** @param action the word on the button that does it; null: there is nothing to do. */
export function Dialog({
  title,
  children,
  action,
  isDangerous = false,
  onAct,
  onClose,
}: {
  title: string;
  children: ComponentChildren;
  action: string | null;
  isDangerous?: boolean;
  onAct?: () => void;
  onClose: () => void;
}) {
  const { dialog, onClick } = useModal();
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={onClose} onClick={onClick}>
      <div class="dialog-head">
        <h2 id="dialog-title">{title}</h2>
        <CloseButton onClose={() => dialog.current?.close()} />
      </div>
      {children}
      {action !== null && (
        <div class="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            {say('cancel')}
          </button>
          <button type="button" class={isDangerous ? 'danger' : 'primary'} onClick={onAct}>
            {action}
          </button>
        </div>
      )}
    </dialog>
  );
}
