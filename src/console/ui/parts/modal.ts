/** A dialog over the page: Escape, a tap beside it, and Back close it, and the page stays. */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { holdBack } from '../router.ts';

/** Opens a `dialog` element with the page behind it. @returns the reference of the element, and what it does with a click. */
export function useModal(): {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  readonly onClick: (event: MouseEvent) => void;
} {
  const dialog = useRef<HTMLDialogElement | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
    return holdBack(() => dialog.current?.close());
  }, []);
  return {
    dialog,
    onClick(event) {
      // The backdrop belongs to the element, and has no content: only a click there has the element as its target.
      const box = dialog.current?.getBoundingClientRect();
      if (event.target !== dialog.current || box === undefined) return;
      const { clientX: x, clientY: y } = event;
      const isInside = x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
      if (!isInside) dialog.current?.close();
    },
  };
}
