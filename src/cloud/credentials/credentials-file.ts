/** Keys from the credentials file of the SDKs, an INI file. Source: docs/provider.md P176 and P177. */
import { checkKeys, type KeyFields } from '../signing/keys.ts';
import { type Found, noKeys, type Search } from './credential-source.ts';

/**
 * Reads the file of TENCENTCLOUD_CREDENTIALS_FILE, as the Go SDK does. Else the user's file, then the system's.
 * @throws RefitError `no-credentials` if the named file does not exist, or a pair of keys is incomplete.
 */
export async function fromCredentialsFile({ env, home, profile, readFile }: Search): Promise<Found | null> {
  const named = env.TENCENTCLOUD_CREDENTIALS_FILE;
  const paths = named ? [named] : [`${home}/.tencentcloud/credentials`, '/etc/tencentcloud/credentials'];
  for (const path of paths) {
    const text = await readFile(path);
    if (text === null && named) {
      throw noKeys(
        `TENCENTCLOUD_CREDENTIALS_FILE names ${path}, which does not exist`,
        'correct the path, or unset TENCENTCLOUD_CREDENTIALS_FILE',
      );
    }
    const section = text === null ? null : iniSection(text, profile);
    const keys = section && checkKeys(`[${profile}] in ${path}`, section);
    if (keys) return { keys, role: null };
  }
  return null;
}

/** Reads the keys of one section of an INI text; null without that section. */
function iniSection(text: string, name: string): KeyFields | null {
  let section: Map<string, string> | null = null;
  let isInSection = false;
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const header = /^\[([^\]]*)\]$/.exec(line);
    if (header) {
      isInSection = header[1]!.trim() === name;
      if (isInSection) section ??= new Map();
      continue;
    }
    const equals = line.indexOf('=');
    if (isInSection && equals > 0)
      section?.set(line.slice(0, equals).trim().toLowerCase(), unquote(line.slice(equals + 1).trim()));
  }
  return section && Object.fromEntries(section);
}

function unquote(value: string): string {
  return /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
}
