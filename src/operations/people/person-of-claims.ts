/**
 * Who a provider of OpenID Connect says that a person is: the name for journals, and the roles. Pure.
 *
 * A name must stay the same, and no two people may share one. Only `sub` is sure to be both, but nobody recognises it. A
 * verified email belongs to one person at a time, so it is a name. Everything else can be changed by the person, or be given
 * to two: it gets a suffix, which comes from the issuer and the subject.
 *
 *     wei@example.com           a verified email
 *     wei-3f2a9c01d7be          preferred_username, and the suffix
 */
import { nameFault } from '../../approval/names.ts';
import { sha256 } from '../../digest.ts';
import type { PeopleRole, PeopleSettings } from './read-people.ts';
import { SignInRefused } from './sign-in.ts';

/** Claims that nobody but the provider has checked. */
export type Claims = Readonly<Record<string, unknown>>;

/** A person as the provider signed them in. */
export interface ProvidedPerson {
  readonly name: string;
  readonly roles: readonly PeopleRole[];
  /** `sub`, for the record. */
  readonly subject: string;
  /** Those of the groups that have a role. */
  readonly groups: readonly string[];
}

/** Groups of one person that are looked at. */
const MOST_GROUPS = 10_000;

/** @throws SignInRefused if the person has no role, or no name that journals accept. */
export function personOfClaims(claims: Claims, settings: PeopleSettings): ProvidedPerson {
  const { sub: subject } = claims;
  if (typeof subject !== 'string' || subject === '' || subject.length > 255)
    throw new SignInRefused('invalid', 'the provider names no subject');
  const email = verifiedEmail(claims);
  const { domains } = settings;
  if (domains !== null && (email === null || !domains.includes(email.slice(email.lastIndexOf('@') + 1))))
    throw new SignInRefused('domain', `${subject} has no verified email of an allowed domain`);
  const groups = groupsFrom(claims[settings.groupsClaim]);
  const named = (Object.entries(settings.roles) as [PeopleRole, readonly string[]][]).filter(([, all]) =>
    all.some((one) => groups.has(one)),
  );
  const roles = named.map(([role]) => role);
  if (roles.length === 0 && settings.defaultRole !== null) roles.push(settings.defaultRole);
  if (roles.length === 0) throw new SignInRefused('no-role', `no group of ${subject} has a role`);
  const known = new Set(named.flatMap(([, all]) => all));
  const name = nameOf(claims, subject, email, settings);
  return { name, roles, subject, groups: [...groups].filter((one) => known.has(one)) };
}

/** An email that the provider has verified, in small letters; null: there is none. */
function verifiedEmail({ email, email_verified: isVerified }: Claims): string | null {
  return typeof email === 'string' && isVerified === true && /^[^@]+@[^@]+$/.test(email)
    ? email.toLowerCase()
    : null;
}

function groupsFrom(claim: unknown): ReadonlySet<string> {
  const list: readonly unknown[] = typeof claim === 'string' ? [claim] : Array.isArray(claim) ? claim : [];
  return new Set(list.slice(0, MOST_GROUPS).filter((one): one is string => typeof one === 'string'));
}

function nameOf(
  claims: Claims,
  subject: string,
  email: string | null,
  { nameClaim, issuer }: PeopleSettings,
): string {
  const claim = nameClaim ?? (email === null ? 'preferred_username' : 'email');
  const value = claim === 'email' ? email : claims[claim];
  if (typeof value !== 'string' || value === '')
    throw new SignInRefused('no-name', `${subject} has no claim ${claim}, or it is not verified`);
  const suffix = sha256(`${issuer}\n${subject}`).slice(0, 12);
  const name = claim === 'email' || claim === 'sub' ? value : `${value.slice(0, 200)}-${suffix}`;
  const fault = nameFault(name);
  if (fault !== null)
    throw new SignInRefused('no-name', `the claim ${claim} of ${subject} is no name: ${fault.kind}`);
  return name;
}
