/** Keys that work on every page, and the list of them. */
import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { say } from '../language.ts';
import type { PageLink } from '../pages/page.ts';
import { go } from '../router.ts';
import { Dialog } from './dialog.tsx';

/** Shown in the list, and as typed. */
const KEYS = [
  ['?', 'keys.open'],
  ['Ctrl K', 'keys.palette'],
  ['/', 'keys.find'],
  ['j k', 'keys.next'],
  ['Ctrl S', 'keys.save'],
  ['Ctrl Enter', 'keys.dry'],
  ['Esc', 'keys.close'],
] as const;

/** @param pages of the navigation. @param isOpen whether the list is shown. @param onSearch opens the palette. */
export function Shortcuts({
  pages,
  isOpen,
  onSearch,
}: {
  pages: readonly PageLink[];
  isOpen: Signal<boolean>;
  onSearch: () => void;
}) {
  useEffect(() => {
    let before = '';
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
        event.preventDefault();
        return onSearch();
      }
      // Also inside of a shadow root, where the editor of plans is.
      const target = event.composedPath()[0];
      if (!(target instanceof Element)) return;
      if (
        target.closest('input, textarea, select, dialog, [contenteditable]') ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey
      )
        return;
      const page = before === 'g' ? pages.find(({ key }) => key === event.key) : undefined;
      before = event.key;
      if (event.key === '?') isOpen.value = true;
      else if (page !== undefined) go(page.to);
      else if (event.key === '/') {
        const field = document.querySelector<HTMLInputElement>('input[type=search]');
        if (field === null) return;
        event.preventDefault();
        field.focus();
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [pages]);
  return (
    <>
      <footer>
        <button type="button" class="link" onClick={() => (isOpen.value = true)}>
          <kbd>?</kbd> {say('keys.open')}
        </button>
      </footer>
      {isOpen.value && (
        <Dialog title={say('keys.title')} action={null} onClose={() => (isOpen.value = false)}>
          <dl class="keys">
            {KEYS.map(([keys, word]) => (
              <div key={keys}>
                <dt>
                  {keys.split(' ').map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{say(word)}</dd>
              </div>
            ))}
            {pages.map(({ to, key, word }) => (
              <div key={to}>
                <dt>
                  <kbd>g</kbd>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{say('keys.go', { page: say(word) })}</dd>
              </div>
            ))}
          </dl>
        </Dialog>
      )}
    </>
  );
}
