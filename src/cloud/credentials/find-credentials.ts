/**
 * Finds the first complete keys in a chain of sources. The provider's own tools use the same sources. This file has no
 * effects of its own: it gets the environment, a function that reads files, and the transport.
 * Source: docs/provider.md P176.
 */
import { RefitError } from '../../errors.ts';
import { FileRefused } from '../../files/file-refused.ts';
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
  /** When Refit tries it. `unnamed`: only if no profile is named. `environment`: unless the user names a profile. */
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
 * Finds the first complete keys of the chain, and assumes a role if set.
 *
 * - If the user names a profile other than `default`, the environment gives no keys and no role. Refit then calls only
 *   a service that the profile names.
 * - If the environment names the profile, keys in the environment still come first.
 * - Half a pair of keys is an error. Refit does not search further, because other keys can belong to another identity.
 *
 * @param before earlier keys to renew. Refit asks only the source that gave them.
 * @throws RefitError `no-credentials`, `credentials-refused`, `provider-unreachable` or `usage`
 */
export async function findCredentials(
  sources: CredentialSources,
  before?: Credentials,
): Promise<Credentials> {
  const { env, profile } = sources;
  const isExplicit = profile !== 'default';
  const named = isExplicit ? profile : profileFromEnvironment(env);
  const search: Search = {
    ...sources,
    profile: named ?? 'default',
    readFile: (path) => read(sources, path),
    isRenewal: before?.source !== undefined,
  };
  if (!PROFILE.test(search.profile)) {
    throw new RefitError(
      'usage',
      'a profile name has only letters, digits, dots, hyphens and underscores',
      isExplicit ? 'use --profile NAME' : 'correct TCCLI_PROFILE or TENCENTCLOUD_PROFILE',
    );
  }
  for (const { name, when, find } of CHAIN) {
    if (search.isRenewal && name !== before!.source) continue;
    if ((when === 'environment' && isExplicit) || (when === 'unnamed' && named !== null)) continue;
    const found = await find(search);
    if (found === null) continue;
    const role = (isExplicit ? null : roleFromEnvironment(env)) ?? found.role;
    const keys = role === null ? found.keys : await assumeRole(sources, found.keys, role);
    return { ...keys, source: name };
  }
  throw search.isRenewal
    ? noKeys(`${before!.sourceName} gave keys before and has none now`, fixForMissingKeys(profile))
    : noKeys(`no credentials for profile ${search.profile}`, fixForMissingKeys(search.profile));
}

function fixForMissingKeys(profile: string): string {
  const file = `write secret_id and secret_key under [${profile}] in ~/.tencentcloud/credentials`;
  return profile === 'default'
    ? `export TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or ${file}`
    : file;
}

async function read(sources: CredentialSources, path: string): Promise<string | null> {
  try {
    return await sources.readFile(path);
  } catch (error) {
    // Other errors may quote the content, so Refit does not show them.
    const reason = error instanceof FileRefused ? `: ${error.reason}` : '';
    throw noKeys(`${path} exists but cannot be read${reason}`, `as its owner: chmod 600 ${path}`);
  }
}
