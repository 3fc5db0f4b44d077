/** Keys that work on every page, and the list of them. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { say } from '../language.ts';
import { go } from '../router.ts';
import { Dialog } from './dialog.tsx';

/** Shown in the list, and as typed. */
const KEYS = [
  ['?', 'keys.open'],
  ['g r', 'keys.runs'],
  ['/', 'keys.find'],
  ['j k', 'keys.next'],
  ['Esc', 'keys.close'],
] as const;

export function Shortcuts() {
  const isOpen = useSignal(false);
  useEffect(() => {
    let before = '';
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (target.closest('input, textarea, select, dialog') || event.ctrlKey || event.metaKey || event.altKey)
        return;
      const sequence = `${before} ${event.key}`;
      before = event.key;
      if (event.key === '?') isOpen.value = true;
      else if (sequence === 'g r') go('/runs');
      else if (event.key === '/') {
        const field = document.querySelector<HTMLInputElement>('input[type=search]');
        if (field === null) return;
        event.preventDefault();
        field.focus();
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
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
          </dl>
        </Dialog>
      )}
    </>
  );
}
