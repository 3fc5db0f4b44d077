/** The command palette: every page, run and command by its name, from the keyboard. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { say } from '../language.ts';
import { type Choice, matching } from './choice.ts';
import { CloseButton } from './dialog.tsx';
import { useModal } from './modal.ts';

/** How many choices the list shows. Typing narrows it. */
const MOST = 50;
/** After the last key, milliseconds. */
const TYPED = 150;

/**
 * @param isOpen becomes false when the person chose, or closed it. @param choices what there is without looking further.
 * @param lookUp what a typed id can be, such as an order number.
 * @param find looks for a typed text at the server, such as for plans and instances; it may refuse.
 */
export function Palette({
  isOpen,
  choices,
  lookUp,
  find,
}: {
  isOpen: Signal<boolean>;
  choices: () => readonly Choice[];
  lookUp: (typed: string) => readonly Choice[];
  find: (typed: string, signal: AbortSignal) => Promise<readonly Choice[]>;
}) {
  return isOpen.value ? <OpenPalette isOpen={isOpen} choices={choices} lookUp={lookUp} find={find} /> : null;
}

function OpenPalette({ isOpen, choices, lookUp, find }: Parameters<typeof Palette>[0]) {
  const { dialog, onClick } = useModal();
  const typed = useSignal('');
  const found = useSignal<readonly Choice[]>([]);
  const marked = useSignal(0);
  const isLooking = useSignal(false);
  useEffect(() => {
    const over = new AbortController();
    const look = async (): Promise<void> => {
      // Without the server, the palette still has the pages and commands.
      const more = await find(typed.value, over.signal).catch(() => []);
      if (over.signal.aborted) return;
      found.value = more;
      isLooking.value = false;
    };
    isLooking.value = true;
    const timer = setTimeout(() => void look(), typed.value === '' ? 0 : TYPED);
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [typed.value]);
  const known = matching([...choices(), ...found.value], typed.value);
  const shown = [...lookUp(typed.value), ...known].slice(0, MOST);
  const at = Math.min(marked.value, shown.length - 1);
  const choose = (choice: Choice | undefined): void => {
    if (choice === undefined) return;
    isOpen.value = false;
    choice.choose();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === 'Enter') choose(shown[at]);
    else if (event.key === 'ArrowDown') marked.value = Math.min(shown.length - 1, at + 1);
    else if (event.key === 'ArrowUp') marked.value = Math.max(0, at - 1);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label={say('palette.title')}
      onClose={() => (isOpen.value = false)}
      onClick={onClick}
    >
      <div class="palette-head">
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={shown.length > 0 ? `palette-${at}` : undefined}
          aria-label={say('palette.title')}
          placeholder={say('palette.placeholder')}
          value={typed.value}
          onInput={({ currentTarget }) => {
            typed.value = currentTarget.value;
            marked.value = 0;
          }}
          onKeyDown={onKeyDown}
        />
        <CloseButton onClose={() => dialog.current?.close()} />
      </div>
      <Choices shown={shown} at={at} onChoose={choose} />
      {shown.length === 0 && (
        <p class="soft" role="status">
          {say(isLooking.value ? 'palette.looking' : 'palette.none')}
        </p>
      )}
    </dialog>
  );
}

function Choices({
  shown,
  at,
  onChoose,
}: {
  shown: readonly Choice[];
  at: number;
  onChoose: (choice: Choice) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector(`#palette-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  return (
    <div ref={list} id="palette-list" role="listbox" aria-label={say('palette.title')}>
      {shown.map((choice, index) => (
        // The keyboard works in the field above, as a combobox does.
        <div
          key={`${choice.group} ${choice.text} ${choice.about}`}
          id={`palette-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(choice)}
        >
          <span>{choice.text}</span>
          <span class="soft">{choice.about}</span>
          <span class="soft group">
            {choice.keys ? choice.keys.split(' ').map((key) => <kbd key={key}>{key}</kbd>) : choice.group}
          </span>
        </div>
      ))}
    </div>
  );
}
