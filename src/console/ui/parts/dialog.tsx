/** A question that names its consequence. The browser keeps the focus inside, and Escape answers no. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { say } from '../language.ts';

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
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={onClose}>
      <h2 id="dialog-title">{title}</h2>
      {children}
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          {say(action === null ? 'close' : 'cancel')}
        </button>
        {action !== null && (
          <button type="button" class={isDangerous ? 'danger' : 'primary'} onClick={onAct}>
            {action}
          </button>
        )}
      </div>
    </dialog>
  );
}
