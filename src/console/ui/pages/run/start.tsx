/** Starts a saved plan: says what happens, what is missing, and asks for a yes that names the consequence. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { permits } from '../../../api/roles.ts';
import type { StartedRun, StartView } from '../../../api/runs.ts';
import type { Person } from '../../../api/session.ts';
import { get, post, Refused } from '../../client.ts';
import { quantities, say, sayMessage, sayWithFix } from '../../language.ts';
import { Countdown } from '../../parts/countdown.tsx';
import { usePageTitle } from '../../parts/page-title.ts';
import { Copy, Fact, Problem } from '../../parts/parts.tsx';
import { go, query } from '../../router.ts';
import type { PageProps } from '../page.ts';
import './run.css';

export function StartPage({ person }: PageProps) {
  const saved = query('saved');
  const view = useSignal<StartView | Refused | null>(null);
  useEffect(() => {
    const over = new AbortController();
    get<StartView>(`/starts/${encodeURIComponent(saved)}`, over.signal).then(
      (read) => {
        view.value = read;
      },
      (error: unknown) => {
        if (error instanceof Refused) view.value = error;
      },
    );
    return () => over.abort();
  }, [saved]);
  const now = view.value;
  usePageTitle(now === null || now instanceof Refused ? saved : say('start.title', { plan: now.plan }));
  if (now === null) return <p class="loading" aria-busy="true" />;
  if (now instanceof Refused) return <Problem error={now} />;
  return <Start saved={saved} view={now} person={person} />;
}

function Start({ saved, view, person }: { saved: string; view: StartView; person: Person }) {
  const mayControl = permits(person.roles, 'control');
  const isBlocked = view.blocking.length > 0 || (view.closed !== null && view.store === 'folder');
  return (
    <article class="run-start">
      <h1>{say('start.title', { plan: view.plan })}</h1>
      <p class="soft about">
        {view.change && <span>{view.change}</span>}
        <Copy text={view.digest} shown={say('run.digest', { digest: view.digest.slice(0, 8) })} />
        <a href={`/reviews/${encodeURIComponent(saved)}`}>{say('start.review')}</a>
      </p>
      <Obstacles view={view} saved={saved} />
      <What view={view} />
      {!mayControl && <p class="notices warn">{say('start.needsRole')}</p>}
      {mayControl && !isBlocked && view.missing.length === 0 && view.run === null && (
        <Confirm saved={saved} view={view} person={person} />
      )}
    </article>
  );
}

function Obstacles({ view, saved }: { view: StartView; saved: string }) {
  const { blocking, missing, closed, opensAt, run } = view;
  const isStopped = blocking.length > 0 || missing.length > 0 || closed !== null;
  return (
    <>
      {run !== null && (
        <p class="notices warn">
          {say('start.run')} <a href={`/runs/${encodeURIComponent(run.id)}`}>{run.id}</a>
        </p>
      )}
      {isStopped && (
        <section class="question" aria-labelledby="blocked">
          <h2 id="blocked">{say('start.blocked')}</h2>
          <ul>
            {blocking.map((one) => (
              <li key={one.id}>{sayWithFix(one)}</li>
            ))}
            {missing.map(({ need, have, open }) => (
              <li key={open.join()}>
                {say('start.missing', { have, need, names: open.join(say('list')) })}{' '}
                <a href={`/reviews/${encodeURIComponent(saved)}`}>{say('start.review')}</a>
              </li>
            ))}
            {closed && (
              <li>
                {sayMessage(closed)}
                {opensAt && (
                  <>
                    {' '}
                    {say('start.opens')} <Countdown until={opensAt} />
                  </>
                )}
              </li>
            )}
          </ul>
        </section>
      )}
    </>
  );
}

function What({ view }: { view: StartView }) {
  const { steps, instances, waves, prices, inFlight, requestsPerSecond, programs, hosts, store } = view;
  return (
    <section aria-labelledby="what">
      <h2 id="what">{say('start.what')}</h2>
      <p>
        <strong>{say('start.steps', { steps, instances })}</strong>
      </p>
      <dl class="facts">
        <Fact name={say('start.money')}>
          {prices.length === 0 ? say('start.money.none') : quantities().quotes(prices)}
        </Fact>
        <Fact name={say('start.pace')}>{say('start.pace.value', { inFlight, rate: requestsPerSecond })}</Fact>
        <Fact name={say('start.when')}>
          {say(store === 'folder' ? 'start.when.now' : 'start.when.submitted')}
        </Fact>
        <Fact name={say('start.expires')}>
          <Countdown until={view.expiresAt} />
        </Fact>
      </dl>
      <h3>{say('start.waves')}</h3>
      <ol>
        {waves.map((wave) => (
          <li key={wave.name}>
            {wave.name} · {wave.steps}
            {wave.needsApproval && <span class="soft"> · {say('start.waves.approval')}</span>}
          </li>
        ))}
      </ol>
      {programs.length > 0 && (
        <>
          <h3>{say('start.programs')}</h3>
          <ul>
            {programs.map((program) => (
              <li key={program}>
                <code>{program}</code>
              </li>
            ))}
          </ul>
        </>
      )}
      {hosts.length > 0 && (
        <p>
          {say('start.hosts')} {hosts.join(say('list'))}
        </p>
      )}
    </section>
  );
}

/** The word that a person types is the start of the digest: it proves that this very plan was looked at. */
const wordOf = ({ digest }: StartView): string => digest.slice(0, 8);

function Confirm({ saved, view, person }: { saved: string; view: StartView; person: Person }) {
  const typed = useSignal('');
  const allowsPrograms = useSignal(false);
  const answer = useSignal<Refused | 'working' | 'slow' | null>(null);
  const { steps, store, programs, digest } = view;
  const isReady =
    typed.value.trim().toLowerCase() === wordOf(view) && (programs.length === 0 || allowsPrograms.value);
  const start = async (): Promise<void> => {
    answer.value = 'working';
    try {
      const { run } = await post<StartedRun>('/runs', { saved, digest, allowHooks: allowsPrograms.value });
      if (run === null) answer.value = 'slow';
      else go(`/runs/${encodeURIComponent(run)}`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      answer.value = error;
    }
  };
  const now = answer.value;
  return (
    <form
      class="confirm"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady && now !== 'working') void start();
      }}
    >
      {programs.length > 0 && (
        <label class="check">
          <input
            type="checkbox"
            checked={allowsPrograms.value}
            onChange={({ currentTarget }) => {
              allowsPrograms.value = currentTarget.checked;
            }}
          />
          {say('start.programs.allow')}
        </label>
      )}
      <label>
        {say('start.confirm', { word: wordOf(view) })}
        <input
          type="text"
          autocomplete="off"
          spellcheck={false}
          value={typed.value}
          onInput={({ currentTarget }) => {
            typed.value = currentTarget.value;
          }}
        />
      </label>
      <p class="soft">{say('start.asYou', { name: person.name })}</p>
      <button type="submit" class="primary" disabled={!isReady || now === 'working'}>
        {say(store === 'folder' ? 'start.button' : 'start.button.submit', { steps })}
      </button>
      <div role="status">
        {now === 'working' && <p class="soft">{say('start.working')}</p>}
        {now === 'slow' && (
          <p>
            {say('start.slow')} <a href="/runs">{say('start.list')}</a>
          </p>
        )}
        {now instanceof Refused && (
          <p class="warn">
            {now.message} · {now.fix}
          </p>
        )}
      </div>
    </form>
  );
}
