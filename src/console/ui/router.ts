/** The address is the state of the page: everything has a link, and going back works. */
import { signal } from '@preact/signals';

const here = signal(location.pathname + location.search);

/** Whether the entry of the history is one that a dialog made, so that Back closes it. */
const isOfDialog = (): boolean => (history.state as { dialog?: true } | null)?.dialog === true;
let wasOfDialog = isOfDialog();
/** Closes the dialog that is open; null: none is. */
let closeDialog: (() => void) | null = null;

addEventListener('popstate', () => {
  const isLeaving = wasOfDialog && !isOfDialog();
  wasOfDialog = isOfDialog();
  const close = closeDialog;
  closeDialog = null;
  if (close !== null) return close();
  if (isLeaving && location.pathname === path()) {
    // The entry of a dialog that is closed: a person who goes back means the page before.
    history.replaceState(null, '', here.value);
    history.back();
    return;
  }
  here.value = location.pathname + location.search;
});

/** Makes Back close a dialog instead of leaving its page. @returns call it when the dialog is gone. */
export function holdBack(close: () => void): () => void {
  if (closeDialog !== null) return () => undefined;
  closeDialog = close;
  // The entry of an earlier dialog serves again.
  if (!isOfDialog()) history.pushState({ dialog: true }, '');
  wasOfDialog = true;
  return () => {
    if (closeDialog === close) closeDialog = null;
  };
}

/** The path of the address, such as `/runs/20261124T173000Z-1f0c2ab9`. */
export const path = (): string => here.value.replace(/\?.*$/s, '');

/** A value of the query; empty: it is not there. */
export const query = (name: string): string =>
  new URLSearchParams(here.value.replace(/^[^?]*/, '')).get(name) ?? '';

/** All values of a name of the query, in their order. */
export const queryAll = (name: string): readonly string[] =>
  new URLSearchParams(here.value.replace(/^[^?]*/, '')).getAll(name);

/** Opens an address of the console. */
export function go(to: string): void {
  // Nobody goes back to a dialog.
  if (isOfDialog()) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  wasOfDialog = false;
  here.value = to;
  scrollTo(0, 0);
}

/** Changes a value of the query without a step in the history. An empty one is removed. */
export function setQuery(name: string, value: string): void {
  const all = new URLSearchParams(location.search);
  if (value === '') all.delete(name);
  else all.set(name, value);
  const text = all.toString();
  const to = location.pathname + (text === '' ? '' : `?${text}`);
  history.replaceState(history.state, '', to);
  here.value = to;
}

/** The same for a name with several values. */
export function setQueryAll(name: string, values: readonly string[]): void {
  const all = new URLSearchParams(location.search);
  all.delete(name);
  for (const value of values) all.append(name, value);
  const text = all.toString();
  const to = location.pathname + (text === '' ? '' : `?${text}`);
  history.replaceState(history.state, '', to);
  here.value = to;
}

/** Follows links inside the console without loading the page again. */
export function onLinkClick(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey)
    return;
  const link = (event.target as Element).closest?.('a[href]');
  if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin || link.target !== '') return;
  if (link.hasAttribute('download')) return;
  if (link.hash !== '' && link.pathname === location.pathname) return;
  event.preventDefault();
  go(link.pathname + link.search);
  part = link.hash.slice(1);
}

/** The part of a page that a link led to, until the part is there; empty: the page itself. */
let part = '';

/** For the attribute `ref` of a part that loads later than its page. */
export function showIfWanted(element: HTMLElement | null): void {
  if (element === null || element.id !== part) return;
  part = '';
  element.scrollIntoView();
}
