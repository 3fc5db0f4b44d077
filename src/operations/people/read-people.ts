/** Reads the file of people: how they sign in by OpenID Connect, and which groups have which roles. */
import { dirname } from 'node:path';
import { RefitError } from '../../errors.ts';
import { mustBeOwnFolder } from '../../files/check-folder.ts';
import { readRegularFile } from '../../files/open-file.ts';
import { SUBJECTS } from '../../files/subjects.ts';
import { validatePeople } from '../../generated/validators.js';
import type { Finding } from '../../model.ts';
import { decodePlan } from '../../plan/parse/decode-plan.ts';
import { parseSettings } from '../../plan/parse/parse-settings.ts';
import { escapeControls } from '../../text.ts';

/** The roles that a group can have, as in the schema. */
export type PeopleRole = 'viewer' | 'author' | 'approver' | 'operator' | 'admin';

/** What the file says. */
export interface PeopleSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** The claim with the name; null: a verified email, else `preferred_username`. */
  readonly nameClaim: string | null;
  readonly groupsClaim: string;
  /** Of verified emails; null: any. */
  readonly domains: readonly string[] | null;
  readonly roles: Readonly<Partial<Record<PeopleRole, readonly string[]>>>;
  readonly defaultRole: PeopleRole | null;
}

/** The smallest file, as an example. */
const MINIMAL = [
  'version: 1',
  'issuer: https://login.example.com',
  'clientId: refit',
  'roles:',
  '  viewer: [engineering]',
].join('\n');

const PEOPLE = { whole: 'people', versions: [1], example: MINIMAL, validate: validatePeople } as const;

interface Written {
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes?: readonly string[];
  readonly claims?: { readonly name?: string; readonly groups?: string };
  readonly domains?: readonly string[];
  readonly roles: PeopleSettings['roles'];
  readonly defaultRole?: PeopleRole;
}

/** Never throws on any text. @returns all findings; the settings are null if there is one. */
export function parsePeople(
  text: string,
  file: string,
): { readonly people: PeopleSettings | null; readonly findings: readonly Finding[] } {
  const { read, findings } = parseSettings<Written>(text, file, PEOPLE);
  if (read === null) return { people: null, findings };
  const { claims = {}, scopes, domains, defaultRole, ...written } = read.written;
  return {
    findings,
    people: {
      ...{ issuer: written.issuer, clientId: written.clientId, roles: written.roles },
      scopes: scopes ?? ['openid', 'profile', 'email'],
      ...{ nameClaim: claims.name ?? null, groupsClaim: claims.groups ?? 'groups' },
      ...{ domains: domains ?? null, defaultRole: defaultRole ?? null },
    },
  };
}

/**
 * Reads the file. Nobody else may be able to write to it, because it says who is an admin.
 * @throws FileRefused, RefitError `usage` with the first finding
 */
export async function readPeople(file: string): Promise<PeopleSettings> {
  const bytes = await readRegularFile(file, { subject: 'people', links: 'follow', isTrusted: true });
  await mustBeOwnFolder(dirname(file), `the folder of ${SUBJECTS.people.name}`);
  const { text, findings: unread } = decodePlan(bytes, file);
  const { people, findings } = text === null ? { people: null, findings: unread } : parsePeople(text, file);
  if (people !== null) return people;
  const { location, message: reason, fix, example } = findings[0]!;
  const at =
    location === null ? '' : `${escapeControls(location.file)}:${location.line}:${location.column}: `;
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
  throw new RefitError('usage', `--people: ${at}${reason}${more}`, fix ?? `example: ${example ?? MINIMAL}`);
}
