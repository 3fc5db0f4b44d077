/** What a person sees who is not signed in: how to sign in, and why it did not work. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { SignInInfo } from '../../api/session.ts';
import { get, type Refused } from '../client.ts';
import { isWord, say } from '../language.ts';
import { path, query } from '../router.ts';
import { Problem } from './parts.tsx';

/** @param error why there is no session. */
export function SignedOut({ error }: { error: Refused }) {
  const provider = useSignal<string | null | undefined>(undefined);
  useEffect(() => {
    void get<SignInInfo>('/sign-in').then(
      (info) => {
        provider.value = info.provider;
      },
      () => {
        provider.value = null;
      },
    );
  }, [provider]);
  if (provider.value === undefined) return null;
  if (provider.value === null) return <Problem error={error} />;
  const isBack = path() === '/sign-in';
  const word = `signIn.${query('refused')}`;
  const refused = isBack && isWord(word) ? word : null;
  const to = isBack ? query('to') || '/' : location.pathname + location.search;
  return (
    <section class="empty sign-in">
      <h1>{say('signedOut.title')}</h1>
      {refused !== null && (
        <p class="notice" role="alert">
          {say(refused)}
        </p>
      )}
      <p>{say('signIn.about')}</p>
      {/* The target keeps the router from following the link inside the page. */}
      <a class="button primary" target="_self" href={`/api/oidc/start?${new URLSearchParams({ to })}`}>
        {say('signIn.with', { host: provider.value })}
      </a>
    </section>
  );
}
