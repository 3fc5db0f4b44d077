/** The title of a page, in tabs, history and screen readers. */
import { useEffect } from 'preact/hooks';
import { say } from '../language.ts';

/** Shows a title while the page is open. @param title what is particular to this page, with words in its language. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${say('app.name')}`;
  });
}
