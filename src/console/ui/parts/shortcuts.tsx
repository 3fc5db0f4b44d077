/** Keys that work on every page, and the list of them. */
import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { say, sayZone } from '../language.ts';
import type { PageLink } from '../pages/page.ts';
import { go } from '../router.ts';
import { Dialog } from './dialog.tsx';

/** Shown in the list, and as typed. */
const KEYS = [
  ['?', 'keys.open'],
  ['Ctrl K', 'keys.palette'],
  ['/', 'keys.find'],
  ['j k', 'keys.next'],
  ['Enter', 'keys.enter'],
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
      if (target instanceof HTMLInputElement && target.type === 'search') onSearchKey(target, event);
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
      else if (event.key === 'j' || event.key === 'k') focusRow(target, event.key === 'j' ? 1 : -1);
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
        <span class="soft" title={say('footer.utc')}>
          {say('footer.times', sayZone())}
        </span>
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

/** Leaves a search field: Escape when it is empty, Enter to the rows that it found. */
function onSearchKey(field: HTMLInputElement, event: KeyboardEvent): void {
  if (event.isComposing) return;
  if (event.key === 'Enter') focusRow(field, 1);
  // A field with a text is cleared first, by the browser or the page.
  else if (event.key === 'Escape' && field.value === '') field.blur();
}

/** The rows of short tables and of lists, such as those of the overview. */
const ROWS = 'main :is(:is(table.runs, table.cards, .history-table) tbody tr, ul.items > li, .day > ul > li)';

/** Goes to the first row of the page, or from a row of a short table to another. A long table moves by itself. */
function focusRow(from: Element, by: number): void {
  if (from.closest('.long-table')) return;
  const rows = [...document.querySelectorAll(ROWS)];
  const links = rows.flatMap((row) => row.querySelector<HTMLElement>('a[href], button') ?? []);
  const row = from.closest(ROWS);
  const at = row === null ? -1 : links.findIndex((link) => link.closest(ROWS) === row);
  const next =
    at >= 0
      ? links[at + by]
      : (document.querySelector<HTMLElement>('main .long-body [role=row][tabindex="0"]') ?? links[0]);
  next?.focus();
}
