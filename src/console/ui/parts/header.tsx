/** The top of every page: the pages, search, who is signed in, language and theme. */
import type { SessionInfo } from '../../api/session.ts';
import { chooseLanguage, language, say } from '../language.ts';
import type { PageLink } from '../pages/page.ts';
import { path } from '../router.ts';
import { toggleTheme } from '../theme.ts';

/** @param session null: nobody is signed in. */
export function Header({
  session,
  links,
  onSearch,
  onSignOut,
}: {
  session: SessionInfo | null;
  links: readonly PageLink[];
  onSearch: () => void;
  onSignOut: () => void;
}) {
  return (
    <header>
      <a class="brand" href="/">
        <img src="/icon.svg" alt="" width="24" height="24" /> <span>{say('app.name')}</span>
      </a>
      {session && (
        <nav aria-label={say('nav.main')}>
          {links.map(({ to, word }) => (
            <a key={to} href={to} aria-current={isAt(to) ? 'page' : undefined}>
              {say(word)}
            </a>
          ))}
        </nav>
      )}
      <div class="end">
        {session && (
          <>
            <button type="button" class="search" onClick={onSearch}>
              {say('nav.search')} <kbd>{SEARCH_KEY}</kbd>
            </button>
            <span
              class="soft who"
              title={`${say('session.store')} ${session.store}, Refit ${session.version}`}
            >
              <a href="/passkey">{session.person.name}</a> · {say('session.store')} {session.store}
            </span>
          </>
        )}
        <button
          type="button"
          onClick={() => void chooseLanguage(language() === 'en' ? 'zh' : 'en')}
          lang={language() === 'en' ? 'zh-CN' : 'en'}
        >
          {say('language.toggle')}
        </button>
        <button
          type="button"
          onClick={toggleTheme}
          aria-label={say('theme.toggle')}
          title={say('theme.toggle')}
        >
          ◐
        </button>
        {session && (
          <button type="button" onClick={onSignOut}>
            {say('session.signOut')}
          </button>
        )}
      </div>
    </header>
  );
}

const SEARCH_KEY = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘K' : 'Ctrl K';

/** Whether the address belongs to a link of the navigation. Reviews of saved plans belong to the plans. */
const isAt = (to: string): boolean =>
  path() === to ||
  (to !== '/' && path().startsWith(`${to}/`)) ||
  (to === '/plans' && path().startsWith('/reviews/'));
