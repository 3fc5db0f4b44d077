/**
 * Who is asking: the first complete keys on the chain of places where the provider's own tools keep them. Files are
 * read by a function that is handed in, services are asked through the transport and the environment is a record:
 * nothing here has a door of its own. Source: docs/provider.md P176.
 */
import { RefitError } from '../../errors.ts';
import type { CredentialSource, Credentials } from '../signing/keys.ts';
import { type CredentialSources, type Found, noKeys, type Search } from './credential-source.ts';
import { fromCredentialsFile } from './credentials-file.ts';
import { fromCvmRole } from './cvm-role.ts';
import { fromEnvironment, profileFromEnvironment, roleFromEnvironment } from './environment.ts';
import { assumeRole } from './sts.ts';
import { fromTccli } from './tccli.ts';
import { fromTke } from './tke.ts';

export { type Credentials, type Secret, secret } from '../signing/keys.ts';
export type { CredentialSources } from './credential-source.ts';

interface ChainEntry {
  readonly name: CredentialSource;
  /** Whether it is looked at: `unnamed` only where no profile is named, `environment` where none is named on purpose. */
  readonly when: 'always' | 'unnamed' | 'environment';
  readonly find: (search: Search) => Promise<Found | null>;
}

/** The chain, in order. */
const CHAIN: readonly ChainEntry[] = [
  { name: 'environment', when: 'environment', find: fromEnvironment },
  { name: 'credentials-file', when: 'always', find: fromCredentialsFile },
  { name: 'tccli', when: 'always', find: fromTccli },
  { name: 'cvm-role', when: 'unnamed', find: fromCvmRole },
  { name: 'tke', when: 'unnamed', find: fromTke },
];

const PROFILE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * The first complete keys of the chain; then, where one is named, the role that is assumed with them. A profile
 * other than `default` is a choice made on purpose: then the environment gives neither keys nor a role, and no
 * service is asked that the profile does not name. A profile that the environment itself chooses gives way to keys
 * in it. Half a pair is an error where it is found, never a reason to look further: it would sign as somebody else.
 * @param before earlier keys that have come of age: the place that gave them is asked again, and no other.
 * @throws RefitError `no-credentials`, `credentials-refused`, `provider-unreachable` or `usage`
 */
export async function findCredentials(places: CredentialSources, before?: Credentials): Promise<Credentials> {
  const { env, profile } = places;
  const onPurpose = profile !== 'default';
  const named = onPurpose ? profile : profileFromEnvironment(env);
  const search: Search = {
    ...places,
    profile: named ?? 'default',
    readFile: (path) => read(places, path),
    isRenewal: before?.source !== undefined,
  };
  if (!PROFILE.test(search.profile)) {
    throw new RefitError(
      'usage',
      'a profile name is letters, digits, dots, hyphens and underscores',
      onPurpose ? 'write --profile NAME' : 'correct TCCLI_PROFILE or TENCENTCLOUD_PROFILE',
    );
  }
  for (const { name, when, find } of CHAIN) {
    if (search.isRenewal && name !== before!.source) continue;
    if ((when === 'environment' && onPurpose) || (when === 'unnamed' && named !== null)) continue;
    const found = await find(search);
    if (found === null) continue;
    const role = (onPurpose ? null : roleFromEnvironment(env)) ?? found.role;
    const keys = role === null ? found.keys : await assumeRole(places, found.keys, role);
    return { ...keys, source: name };
  }
  throw search.isRenewal
    ? noKeys(`${before!.sourceName} gave keys before, and has none now`, fixForMissingKeys(profile))
    : noKeys(`no credentials for profile ${search.profile}`, fixForMissingKeys(search.profile));
}

function fixForMissingKeys(profile: string): string {
  const file = `put secret_id and secret_key under [${profile}] in ~/.tencentcloud/credentials`;
  return profile === 'default'
    ? `export TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or ${file}`
    : file;
}

async function read(places: CredentialSources, path: string): Promise<string | null> {
  try {
    return await places.readFile(path);
  } catch {
    // The reason is not passed on: some readers quote what they read.
    throw noKeys(`${path} is there and cannot be read`, `chmod 600 ${path}, as its owner`);
  }
}
