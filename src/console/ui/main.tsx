/** The console in the browser: who is signed in, the frame, and the page of the address. */
import { signal } from '@preact/signals';
import { render } from 'preact';
import type { SessionInfo } from '../api/session.ts';
import { openSession, post, Refused } from './client.ts';
import { chooseLanguage, language, say, startLanguage } from './language.ts';
import { PAGES, pageAt } from './pages/page-table.ts';
import { Problem } from './parts/parts.tsx';
import { Shortcuts } from './parts/shortcuts.tsx';
import { go, onLinkClick, path } from './router.ts';
import './style.css';

/** The navigation. */
const LINKS = PAGES.flatMap(({ link }) => (link === null ? [] : [link]));

const session = signal<SessionInfo | Refused | undefined>(undefined);

function App() {
  const now = session.value;
  if (now === undefined) return null;
  return (
    <div class="frame">
      <a class="skip" href="#content">
        {say('nav.skip')}
      </a>
      <Header session={now instanceof Refused ? null : now} />
      <main id="content" tabIndex={-1}>
        {now instanceof Refused ? <Problem error={now} /> : <Page session={now} />}
      </main>
      <Shortcuts pages={LINKS} />
    </div>
  );
}

function Header({ session: info }: { session: SessionInfo | null }) {
  return (
    <header>
      <a class="brand" href="/">
        <img src="/icon.svg" alt="" width="24" height="24" /> {say('app.name')}
      </a>
      <nav aria-label={say('nav.main')}>
        {LINKS.map(({ to, word }) => (
          <a key={to} href={to} aria-current={isAt(to) ? 'page' : undefined}>
            {say(word)}
          </a>
        ))}
      </nav>
      <div class="end">
        {info && (
          <span class="soft who" title={`${say('session.store')} ${info.store}, Refit ${info.version}`}>
            {info.person.name} · {info.store}
          </span>
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
        {info && (
          <button type="button" onClick={() => void signOut()}>
            {say('session.signOut')}
          </button>
        )}
      </div>
    </header>
  );
}

/** Whether the address belongs to a link of the navigation. */
const isAt = (to: string): boolean => path() === to || (to !== '/' && path().startsWith(`${to}/`));

function Page({ session: info }: { session: SessionInfo }) {
  const page = pageAt(path());
  if (page?.Component !== undefined)
    return <page.Component key={page.parts.join('/')} person={info.person} parts={page.parts} />;
  if (page !== null) return null;
  return (
    <section class="empty">
      <h1>{say('notFound.title')}</h1>
      <a href="/">{say('notFound.fix')}</a>
    </section>
  );
}

const THEME = 'refit-theme';

function toggleTheme(): void {
  const isDark =
    (document.documentElement.dataset.theme ??
      (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  showTheme(isDark ? 'light' : 'dark');
  localStorage.setItem(THEME, isDark ? 'light' : 'dark');
}

function showTheme(name: string | null): void {
  if (name === 'light' || name === 'dark') document.documentElement.dataset.theme = name;
}

async function signOut(): Promise<void> {
  await post('/logout', {}).catch(() => undefined);
  session.value = await openSession().catch((error: unknown) => error as Refused);
  go('/');
}

async function start(): Promise<void> {
  showTheme(localStorage.getItem(THEME));
  document.addEventListener('click', onLinkClick);
  await startLanguage();
  render(<App />, document.getElementById('app')!);
  session.value = await openSession().catch((error: unknown) => {
    if (error instanceof Refused) return error;
    throw error;
  });
}

void start();
