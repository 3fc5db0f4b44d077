/** Keys from the credentials file of the SDKs, an INI file. Source: docs/provider.md P176 and P177. */
import { checkKeys } from '../signing/keys.ts';
import { type Content, isForbidden, noKeys, type Place, type Search } from './credential-source.ts';
import { isFault, readSection, sectionNames } from './credentials-text.ts';

const SYSTEM_FILE = '/etc/tencentcloud/credentials';

/** The file of TENCENTCLOUD_CREDENTIALS_FILE, as in the Go SDK. Else the user's file, then the system's. */
function pathsOf({ env, home }: Pick<Search, 'env' | 'home'>): string[] {
  const named = env.TENCENTCLOUD_CREDENTIALS_FILE;
  return named ? [named] : [`${home}/.tencentcloud/credentials`, SYSTEM_FILE];
}

/** The profiles that these files name. A file that cannot be read names none. */
export async function profilesInFiles(search: Pick<Search, 'env' | 'home' | 'readFile'>): Promise<string[]> {
  const texts = await Promise.all(pathsOf(search).map((path) => search.readFile(path).catch(() => null)));
  return texts.flatMap((text) => (text === null ? [] : sectionNames(text)));
}

/** Where the keys of a profile may be in these files. */
export function credentialsFiles({ env, home, profile, readFile }: Search): Place[] {
  const named = env.TENCENTCLOUD_CREDENTIALS_FILE;
  const paths = pathsOf({ env, home });
  /** Nothing there: an error if the user named the file. */
  const none = (path: string, reason: string, fix: string): Content => {
    if (!named) return { kind: 'none', reason };
    throw noKeys(`TENCENTCLOUD_CREDENTIALS_FILE names ${path}, which ${reason}`, fix);
  };
  const look = async (path: string): Promise<Content> => {
    const text = await readFile(path).catch((error: unknown) => {
      // The administrator's file with other keys than this user's.
      if (!named && path === SYSTEM_FILE && isForbidden(error)) return undefined;
      throw error;
    });
    if (text === undefined) return { kind: 'none', reason: 'is not readable by this user' };
    if (text === null)
      return none(path, 'does not exist', 'correct the path, or unset TENCENTCLOUD_CREDENTIALS_FILE');
    const section = readSection(text, profile);
    const write = `write secret_id and secret_key under [${profile}] in ${path}`;
    if (section === null) return none(path, `has no section [${profile}]`, write);
    if (isFault(section)) throw noKeys(`${path}:${section.line}: ${section.reason}`, section.fix);
    const name = `[${profile}] in ${path}`;
    const keys = checkKeys(name, section.fields, `${path}:${section.line}: [${profile}]`);
    if (keys === null) return none(path, `has no keys in [${profile}]`, write);
    return { kind: 'keys', take: async () => ({ keys, role: null }) };
  };
  return paths.map((path) => ({ name: path, look: () => look(path) }));
}
