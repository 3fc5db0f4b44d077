/** The console in the browser: who is signed in, the frame, and the page of the address. */
import { signal } from '@preact/signals';
import { render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { permits } from '../api/roles.ts';
import type { SessionInfo } from '../api/session.ts';
import { openSession, post, Refused, session } from './client.ts';
import { chooseLanguage, language, say, startLanguage } from './language.ts';
import type { PageLink } from './pages/page.ts';
import { PAGES, pageAt } from './pages/page-table.ts';
import { type Choice, lookUps } from './parts/choice.ts';
import { findChoices } from './parts/find-choices.ts';
import { Header } from './parts/header.tsx';
import { pageCommands } from './parts/page-commands.ts';
import { Palette } from './parts/palette.tsx';
import { Problem } from './parts/parts.tsx';
import { Shortcuts } from './parts/shortcuts.tsx';
import { SignedOut } from './parts/signed-out.tsx';
import { go, onLinkClick, path } from './router.ts';
import { startTheme, toggleTheme } from './theme.ts';
import './style.css';

/** The navigation, without pages that the person may not see. */
function links(): readonly PageLink[] {
  const now = session.value;
  const roles = now === undefined || now instanceof Refused ? [] : now.person.roles;
  return PAGES.flatMap(({ link }) =>
    link === null || (link.action !== undefined && !permits(roles, link.action)) ? [] : [link],
  );
}

const isSearching = signal(false);
const showsKeys = signal(false);

function App() {
  const now = session.value;
  useFocusOnPage();
  if (now === undefined) return null;
  const info = now instanceof Refused ? null : now;
  return (
    <div class="frame">
      <a class="skip" href="#content">
        {say('nav.skip')}
      </a>
      <Header session={info} links={links()} onSearch={openSearch} onSignOut={() => void signOut()} />
      <main id="content" tabIndex={-1}>
        {now instanceof Refused ? <Closed error={now} /> : <Page session={now} />}
      </main>
      <Shortcuts pages={links()} isOpen={showsKeys} onSearch={openSearch} />
      <Palette isOpen={isSearching} choices={choices} lookUp={lookUpChoices} find={findChoices} />
    </div>
  );
}

/** What a person sees without a session. */
function Closed({ error }: { error: Refused }) {
  return error.status === 401 ? <SignedOut error={error} /> : <Problem error={error} />;
}

/** Opens the palette, unless nobody is signed in or something else asks. */
function openSearch(): void {
  const isSignedIn = session.value !== undefined && !(session.value instanceof Refused);
  if (isSignedIn && document.querySelector('dialog[open]') === null) isSearching.value = true;
}

/** Another page begins at its start, for the keyboard and for screen readers, too. */
function useFocusOnPage(): void {
  const before = useRef(path());
  const now = path();
  useEffect(() => {
    if (before.current !== now) document.getElementById('content')?.focus();
    before.current = now;
  }, [now]);
}

function Page({ session: info }: { session: SessionInfo }) {
  const page = pageAt(path());
  if (page?.Component instanceof Refused)
    return <Problem error={page.Component} onAgain={() => location.reload()} />;
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

function mayControl(): boolean {
  const now = session.value;
  return now !== undefined && !(now instanceof Refused) && permits(now.person.roles, 'control');
}

/** What the palette has without asking the server. */
function choices(): readonly Choice[] {
  const here = pageCommands().map(({ text, run }) => ({ group: say('palette.here'), text, choose: run }));
  const pages = links().map(({ to, word, key }) => ({
    ...{ group: say('palette.pages'), text: say(word), about: to, keys: `g ${key}` },
    choose: () => go(to),
  }));
  const other = language() === 'en' ? 'zh' : 'en';
  const ofConsole: readonly Omit<Choice, 'group'>[] = [
    ...(mayControl() ? [{ text: say('palette.pause'), choose: () => go('/runs?state=running') }] : []),
    { text: say('language.toggle'), choose: () => void chooseLanguage(other) },
    { text: say('theme.toggle'), choose: toggleTheme },
    { text: say('keys.open'), keys: '?', choose: () => (showsKeys.value = true) },
    { text: say('passkey.title'), choose: () => go('/passkey') },
    { text: say('design.title'), isRare: true, choose: () => go('/design') },
    { text: say('session.signOut'), choose: () => void signOut() },
  ];
  return [...here, ...pages, ...ofConsole.map((one) => ({ group: say('palette.console'), ...one }))];
}

/** Places to look for an instance, an order or a request by its id. */
function lookUpChoices(typed: string): readonly Choice[] {
  const group = say('palette.lookUp');
  return lookUps(typed).flatMap(({ kind, text }) => {
    const value = encodeURIComponent(text);
    const audit = {
      ...{ group, text: say('palette.audit', { text }) },
      choose: () => go(`/audit?${kind}=${value}`),
    };
    if (kind !== 'instance') return [audit];
    return [{ group, text: say('palette.instance', { text }), choose: () => go(`/fleet/${value}`) }, audit];
  });
}

async function signOut(): Promise<void> {
  await post('/logout', {}).catch(() => undefined);
  await openSession();
  go('/');
}

async function start(): Promise<void> {
  startTheme();
  document.addEventListener('click', onLinkClick);
  await startLanguage();
  render(<App />, document.getElementById('app')!);
  await openSession();
}

void start();
