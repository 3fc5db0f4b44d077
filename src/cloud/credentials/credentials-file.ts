/** Keys from the SDKs' own file: INI, one section a profile. Source: facts §8, read 2026-11. */
import { RefitError } from '../../errors.ts';
import { complete, type Pair } from '../signing/keys.ts';
import type { Found, Search } from './place.ts';

/**
 * The file that TENCENTCLOUD_CREDENTIALS_FILE names, as the Go SDK has it; else the user's, then everybody's.
 * @throws RefitError `no-credentials` where the file that was named is not there, or half a pair is.
 */
export async function fromCredentialsFile({ env, home, profile, textOf }: Search): Promise<Found | null> {
  const named = env.TENCENTCLOUD_CREDENTIALS_FILE;
  const paths = named ? [named] : [`${home}/.tencentcloud/credentials`, '/etc/tencentcloud/credentials'];
  for (const path of paths) {
    const text = await textOf(path);
    if (text === null && named) {
      throw new RefitError(
        'no-credentials',
        `TENCENTCLOUD_CREDENTIALS_FILE names ${path}, and there is no such file`,
        'correct it, or unset it',
      );
    }
    const section = text === null ? null : iniSection(text, profile);
    const keys = section && complete(`[${profile}] in ${path}`, section);
    if (keys) return { keys, role: null };
  }
  return null;
}

/** The keys of one section of an INI text, or null where it has no such section. */
function iniSection(text: string, name: string): Pair | null {
  const values = new Map<string, string>();
  let here = false;
  let seen = false;
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const header = /^\[([^\]]*)\]$/.exec(line);
    if (header) {
      here = header[1]!.trim() === name;
      seen ||= here;
      continue;
    }
    const equals = line.indexOf('=');
    if (here && equals > 0) {
      values.set(line.slice(0, equals).trim().toLowerCase(), unquoted(line.slice(equals + 1).trim()));
    }
  }
  if (!seen) return null;
  return {
    secret_id: values.get('secret_id'),
    secret_key: values.get('secret_key'),
    token: values.get('token'),
  };
}

function unquoted(value: string): string {
  return /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
}
