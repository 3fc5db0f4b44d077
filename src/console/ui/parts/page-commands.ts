/** What a person can do on the page that is open, for the command palette. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** One thing that a person can do. */
export interface PageCommand {
  /** In the language of the page: "Pause this run". */
  readonly text: string;
  readonly run: () => void;
}

const offered = signal<readonly PageCommand[]>([]);

/** The commands of the page that is open. */
export const pageCommands = (): readonly PageCommand[] => offered.value;

/** Offers commands while a page is open. @param commands those that the person may use now. */
export function usePageCommands(commands: readonly PageCommand[]): void {
  useEffect(() => {
    offered.value = commands;
  });
  useEffect(
    () => () => {
      offered.value = [];
    },
    [],
  );
}
