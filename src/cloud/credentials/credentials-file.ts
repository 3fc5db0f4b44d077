/** Keys from the SDKs' own file: INI, one section a profile. Source: docs/provider.md P176 and P177. */
import { checkKeys, type KeyFields } from '../signing/keys.ts';
import { type Found, noKeys, type Search } from './credential-source.ts';

/**
 * The file that TENCENTCLOUD_CREDENTIALS_FILE names, as the Go SDK has it; else the user's, then everybody's.
 * @throws RefitError `no-credentials` where the file that was named is not there, or half a pair is.
 */
export async function fromCredentialsFile({ env, home, profile, readFile }: Search): Promise<Found | null> {
  const named = env.TENCENTCLOUD_CREDENTIALS_FILE;
  const paths = named ? [named] : [`${home}/.tencentcloud/credentials`, '/etc/tencentcloud/credentials'];
  for (const path of paths) {
    const text = await readFile(path);
    if (text === null && named) {
      throw noKeys(
        `TENCENTCLOUD_CREDENTIALS_FILE names ${path}, and there is no such file`,
        'correct it, or unset it',
      );
    }
    const section = text === null ? null : iniSection(text, profile);
    const keys = section && checkKeys(`[${profile}] in ${path}`, section);
    if (keys) return { keys, role: null };
  }
  return null;
}

/** The keys of one section of an INI text, or null where it has no such section. */
function iniSection(text: string, name: string): KeyFields | null {
  let section: Map<string, string> | null = null;
  let here = false;
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const header = /^\[([^\]]*)\]$/.exec(line);
    if (header) {
      here = header[1]!.trim() === name;
      if (here) section ??= new Map();
      continue;
    }
    const equals = line.indexOf('=');
    if (here && equals > 0)
      section?.set(line.slice(0, equals).trim().toLowerCase(), unquoted(line.slice(equals + 1).trim()));
  }
  return section && Object.fromEntries(section);
}

function unquoted(value: string): string {
  return /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
}
