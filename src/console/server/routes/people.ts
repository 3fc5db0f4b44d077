/** Who uses the console: invitations, sessions, and the passkeys that people register. */
import { RefitError } from '../../../errors.ts';
import { invitedName } from '../../../operations/approvals/invited-person.ts';
import {
  finishPasskeyRegistration,
  preparePasskeyRegistration,
} from '../../../operations/approvals/passkey-registration.ts';
import { finishPasskeyTrial, preparePasskeyTrial } from '../../../operations/approvals/passkey-trial.ts';
import { HOUR } from '../../../units.ts';
import {
  type InvitedView,
  MOST_HOURS,
  type PeopleView,
  type RegisteredView,
  type RegisterView,
  type TrialView,
} from '../../api/people.ts';
import { ROLES, type Role } from '../../api/roles.ts';
import type { Route, RunningConsole } from '../context.ts';
import { randomToken } from '../random-token.ts';
import type { Session } from '../sessions.ts';
import { membersOf } from './from-request.ts';

const inviting: readonly Route[] = [
  {
    method: 'GET',
    path: '/people',
    action: 'manage',
    async answer({ session }, { sessions }): Promise<PeopleView> {
      return {
        signedIn: sessions.list().map(({ id, person, since, seenAt }) => ({
          ...{ id, name: person.name, roles: person.roles, since, seenAt },
          isYou: id === session.id,
        })),
        invited: sessions.invitations().map(({ id, person, by, expiresAt }) => ({
          ...{ id, name: person.name, roles: person.roles, by, expiresAt },
        })),
      };
    },
  },
  {
    method: 'POST',
    path: '/people/invite',
    action: 'manage',
    async answer({ body, person }, { sessions, address, clock }): Promise<InvitedView> {
      const { name: typed, roles, hours } = membersOf(body);
      const known = [...sessions.list(), ...sessions.invitations()].map((one) => one.person.name);
      const name = invitedName(typed, known);
      const lasts = hoursFrom(hours) * HOUR;
      const token = sessions.offerLogin({ name, roles: rolesFrom(roles) }, lasts, person.name);
      const expiresAt = new Date(clock.now() + lasts).toISOString();
      return { name, link: `${address().origin}/#login=${token}`, expiresAt };
    },
  },
  {
    method: 'POST',
    path: '/people/sign-out',
    action: 'manage',
    answer: async ({ body }, { sessions }) =>
      done(sessions.endById(idFrom(body)), 'is not signed in any more'),
  },
  {
    method: 'POST',
    path: '/people/withdraw',
    action: 'manage',
    answer: async ({ body }, { sessions }) => done(sessions.withdraw(idFrom(body)), 'has been used already'),
  },
];

/** Registering a passkey makes nobody an approver, so everybody may do it. */
const registering: readonly Route[] = [
  {
    method: 'POST',
    path: '/passkey/register',
    action: 'see',
    async answer({ session }, { address }): Promise<RegisterView> {
      const { name } = session.person;
      const options = await preparePasskeyRegistration({ name, address: address(), taken: [] });
      session.challenge = options.challenge;
      return { options };
    },
  },
  {
    method: 'POST',
    path: '/passkey/registered',
    action: 'see',
    async answer({ session, body }, { address }): Promise<RegisteredView> {
      const { credential } = membersOf(body);
      const who = { name: session.person.name, address: address(), taken: [] };
      const { approver, text, fingerprint, algorithm, isSynced } = await finishPasskeyRegistration(
        credential,
        challengeOnce(session),
        who,
      );
      return { entry: text, line: approver.key, fingerprint, algorithm, isSynced };
    },
  },
  {
    method: 'POST',
    path: '/passkey/trial',
    action: 'see',
    async answer({ session, body }, { address }): Promise<TrialView> {
      const by = session.person.name;
      const asked = { by, unique: randomToken(), address: address() };
      const { text, options } = preparePasskeyTrial(membersOf(body).line, asked);
      session.challenge = text;
      return { options };
    },
  },
  {
    method: 'POST',
    path: '/passkey/tried',
    action: 'see',
    async answer({ session, body }, { address }: RunningConsole) {
      const { line, credential } = membersOf(body);
      finishPasskeyTrial(line, { text: challengeOnce(session), credential, address: address() });
      return {};
    },
  },
];

export const peopleRoutes: readonly Route[] = [...inviting, ...registering];

/** A challenge serves one answer. @throws RefitError `usage` */
function challengeOnce(session: Session): string {
  const { challenge } = session;
  session.challenge = null;
  if (challenge !== null) return challenge;
  throw new RefitError('usage', 'no passkey is being registered here', 'open /passkey, and begin again');
}

function rolesFrom(typed: unknown): Role[] {
  const chosen = Array.isArray(typed) ? ROLES.filter((role) => typed.includes(role)) : [];
  if (chosen.length > 0 && chosen.length === (typed as unknown[]).length) return chosen;
  throw new RefitError('usage', 'the invitation has no role', `choose from ${ROLES.join(', ')}`);
}

function hoursFrom(typed: unknown): number {
  if (typeof typed === 'number' && Number.isInteger(typed) && typed >= 1 && typed <= MOST_HOURS) return typed;
  throw new RefitError('usage', 'an invitation lasts 1 to 72 hours', 'choose 24 hours');
}

function idFrom(body: unknown): string {
  const { id } = membersOf(body);
  if (typeof id === 'string' && /^[0-9a-f]{16}$/.test(id)) return id;
  throw new RefitError('usage', 'this names nobody', 'reload the list of people');
}

function done(isDone: boolean, otherwise: string): object {
  if (isDone) return {};
  throw new RefitError('usage', `this one ${otherwise}`, 'reload the list of people');
}
