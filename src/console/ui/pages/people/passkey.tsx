/** Registers a passkey of the person who is signed in, shows its entry for a list of approvers, and tries it. */
import { useSignal } from '@preact/signals';
import type { RegisteredView, RegisterView, TrialView } from '../../../api/people.ts';
import { post } from '../../client.ts';
import { say } from '../../language.ts';
import { useAsking } from '../../parts/asking.ts';
import { usePageTitle } from '../../parts/page-title.ts';
import { Copy } from '../../parts/parts.tsx';
import { RefusalLine } from '../../parts/refusal-line.tsx';
import { makePasskey, signWithPasskey } from '../../passkey.ts';
import type { PageProps } from '../page.ts';
import './people.css';

export function PasskeyPage({ person }: PageProps) {
  usePageTitle(say('passkey.title'));
  const made = useSignal<RegisteredView | null>(null);
  const isTried = useSignal(false);
  const asking = useAsking();
  const register = async (): Promise<void> => {
    const { options } = await post<RegisterView>('/passkey/register', {});
    const credential = await makePasskey(options);
    made.value = await post<RegisteredView>('/passkey/registered', { credential });
    isTried.value = false;
  };
  const tryIt = async (): Promise<void> => {
    const { line } = made.value!;
    const { options } = await post<TrialView>('/passkey/trial', { line });
    const credential = await signWithPasskey(options);
    await post('/passkey/tried', { line, credential });
    isTried.value = true;
  };
  return (
    <article class="passkey">
      <h1>{say('passkey.title')}</h1>
      <p>{say('passkey.about')}</p>
      <p class="soft">{say('passkey.as', { name: person.name, origin: location.origin })}</p>
      <button
        type="button"
        class={made.value === null ? 'primary' : ''}
        disabled={asking.isBusy.value}
        onClick={() => void asking.run(register)}
      >
        {say(made.value === null ? 'passkey.register' : 'passkey.again')}
      </button>
      <RefusalLine error={asking.refused.value} />
      {made.value !== null && (
        <section aria-labelledby="entry" role="status">
          <h2 id="entry">{say('passkey.entry')}</h2>
          <p>{say('passkey.entry.where')}</p>
          <p class="once">
            <Copy text={made.value.entry} shown={made.value.entry.trim()} />
          </p>
          <p>
            {say('passkey.fingerprint')}: <Copy text={made.value.fingerprint} />
            <br />
            <span class="soft">{say(made.value.isSynced ? 'passkey.synced' : 'passkey.single')}</span>
          </p>
          <p class="notice">{say('passkey.alone')}</p>
          <p>
            <button type="button" disabled={asking.isBusy.value} onClick={() => void asking.run(tryIt)}>
              {say('passkey.try')}
            </button>{' '}
            <span class={isTried.value ? 'good' : 'soft'} role="status">
              {say(isTried.value ? 'passkey.tried' : 'passkey.try.about')}
            </span>
          </p>
        </section>
      )}
    </article>
  );
}
