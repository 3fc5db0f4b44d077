/** Who is signed in, who is invited, and inviting somebody. */
import { useSignal } from '@preact/signals';
import type { InvitedView, InviteRequest, PeopleView } from '../../../api/people.ts';
import { ROLES, type Role } from '../../../api/roles.ts';
import { post, Refused } from '../../client.ts';
import { say, sayTime } from '../../language.ts';
import { useAsking } from '../../parts/asking.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { usePageTitle } from '../../parts/page-title.ts';
import { Copy, Problem, Time } from '../../parts/parts.tsx';
import { usePolled } from '../../parts/polled.ts';
import { RefusalLine } from '../../parts/refusal-line.tsx';
import './people.css';

/** A role in words. In Chinese the name that files use follows. */
const roleName = (role: Role): string => say(`people.role.${role}.name`);

/** How often the list is read, milliseconds. */
const READ_EVERY = 5_000;

export function PeoplePage() {
  usePageTitle(say('people.title'));
  const { now, stale, read } = usePolled<PeopleView>('/people', READ_EVERY);
  if (now === undefined) return <p class="loading" aria-busy="true" />;
  if (now instanceof Refused) return <Problem error={now} onAgain={() => void read()} />;
  return (
    <article class="people">
      <h1>{say('people.title')}</h1>
      <p class="soft">{say('people.about')}</p>
      <RefusalLine error={stale} />
      <SignedIn view={now} onChange={() => void read()} />
      <h2>{say('people.invite')}</h2>
      <Invite onChange={() => void read()} />
      <h2>{say('people.invited')}</h2>
      <Invited view={now} onChange={() => void read()} />
    </article>
  );
}

interface Changing {
  readonly view: PeopleView;
  readonly onChange: () => void;
}

function SignedIn({ view, onChange }: Changing) {
  const asked = useSignal<PeopleView['signedIn'][number] | null>(null);
  const asking = useAsking();
  return (
    <>
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">{say('people.name')}</th>
            <th scope="col">{say('people.roles')}</th>
            <th scope="col">{say('people.since')}</th>
            <th scope="col">{say('people.seen')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {view.signedIn.map((one) => (
            <tr key={one.id}>
              <th scope="row" data-label={say('people.name')}>
                {one.name} {one.isYou && <small class="soft">({say('people.you')})</small>}
              </th>
              <td data-label={say('people.roles')}>{one.roles.map(roleName).join(say('list'))}</td>
              <td data-label={say('people.since')}>
                <Time at={one.since} />
              </td>
              <td data-label={say('people.seen')}>
                <Time at={one.seenAt} />
              </td>
              <td>
                {!one.isYou && (
                  <button
                    type="button"
                    aria-label={say('people.signOut.of', { name: one.name })}
                    onClick={() => (asked.value = one)}
                  >
                    {say('people.signOut')}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <RefusalLine error={asking.refused.value} />
      {asked.value !== null && (
        <Dialog
          title={say('people.signOut.ask', { name: asked.value.name })}
          action={say('people.signOut')}
          isDangerous
          onAct={() => {
            const { id } = asked.value!;
            asked.value = null;
            void asking.run(async () => {
              await post('/people/sign-out', { id });
              onChange();
            });
          }}
          onClose={() => (asked.value = null)}
        >
          <p>{say('people.signOut.effect', { name: asked.value.name })}</p>
        </Dialog>
      )}
    </>
  );
}

function Invited({ view, onChange }: Changing) {
  const asking = useAsking();
  if (view.invited.length === 0) return <p class="soft">{say('people.invited.none')}</p>;
  return (
    <>
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">{say('people.name')}</th>
            <th scope="col">{say('people.roles')}</th>
            <th scope="col">{say('people.invited.by')}</th>
            <th scope="col">{say('people.invited.expires')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {view.invited.map(({ id, name, roles, by, expiresAt }) => (
            <tr key={id}>
              <th scope="row" data-label={say('people.name')}>
                {name}
              </th>
              <td data-label={say('people.roles')}>{roles.map(roleName).join(say('list'))}</td>
              <td data-label={say('people.invited.by')}>{by ?? 'refit serve'}</td>
              <td data-label={say('people.invited.expires')}>
                <Time at={expiresAt} />
              </td>
              <td>
                <button
                  type="button"
                  aria-label={say('people.withdraw.of', { name })}
                  onClick={() =>
                    void asking.run(async () => {
                      await post('/people/withdraw', { id });
                      onChange();
                    })
                  }
                >
                  {say('people.withdraw')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <RefusalLine error={asking.refused.value} />
    </>
  );
}

const HOURS = [1, 8, 24, 72];

function Invite({ onChange }: { readonly onChange: () => void }) {
  const name = useSignal('');
  const roles = useSignal<readonly Role[]>(['viewer']);
  const hours = useSignal(24);
  const made = useSignal<InvitedView | null>(null);
  const asking = useAsking();
  const send = async (): Promise<void> => {
    made.value = null;
    const asked: InviteRequest = { name: name.value, roles: roles.value, hours: hours.value };
    made.value = await post<InvitedView>('/people/invite', asked);
    name.value = '';
    onChange();
  };
  return (
    <form
      class="invite"
      onSubmit={(event) => {
        event.preventDefault();
        void asking.run(send);
      }}
    >
      <label>
        {say('people.invite.name')}
        <input
          required
          autocomplete="off"
          value={name.value}
          onInput={({ currentTarget }) => (name.value = currentTarget.value)}
        />
      </label>
      <fieldset>
        <legend>{say('people.roles')}</legend>
        {ROLES.map((role) => (
          <label key={role}>
            <input
              type="checkbox"
              checked={roles.value.includes(role)}
              onChange={({ currentTarget }) => {
                const others = roles.value.filter((one) => one !== role);
                roles.value = currentTarget.checked ? [...others, role] : others;
              }}
            />
            <span>
              {roleName(role)} <small class="soft">{say(`people.role.${role}`)}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <label>
        {say('people.invite.hours')}
        <select
          value={hours.value}
          onChange={({ currentTarget }) => (hours.value = Number(currentTarget.value))}
        >
          {HOURS.map((one) => (
            <option key={one} value={one}>
              {say('people.invite.hours.one', { hours: one })}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary" disabled={asking.isBusy.value}>
        {say('people.invite.act')}
      </button>
      <RefusalLine error={asking.refused.value} />
      {made.value !== null && (
        <div class="once" role="status">
          <p>
            {say('people.invite.done', {
              name: made.value.name,
              time: sayTime(made.value.expiresAt).text,
            })}
          </p>
          <Copy text={made.value.link} />
        </div>
      )}
    </form>
  );
}
