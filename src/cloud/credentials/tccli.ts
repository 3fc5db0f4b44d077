/**
 * Keys from the profiles of the provider's command line, one JSON file `<profile>.credential` for each.
 * Source: docs/provider.md P184.
 */
import { SECOND } from '../../units.ts';
import { checkKeys } from '../signing/keys.ts';
import { number, parseObject, text } from '../wire/fields.ts';
import { type Found, noKeys, roleFrom, type Search } from './credential-source.ts';
import { roleKeys } from './cvm-role.ts';

/**
 * Reads the keys by the file's `type`. Types: lasting keys, the machine's role, temporary keys of a login.
 * Only tccli renews a login: Refit never writes the file.
 * @throws RefitError `no-credentials` if the file is not usable or its login has expired.
 */
export async function fromTccli(search: Search): Promise<Found | null> {
  const { env, home, profile } = search;
  const path = `${env.TENCENTCLOUD_SHARED_CREDENTIALS_DIR || `${home}/.tccli`}/${profile}.credential`;
  const content = await search.readFile(path);
  if (content === null) return null;
  const file = parseObject(content);
  // Refit does not show the parser's error, because it quotes the content.
  if (file === null) {
    throw noKeys(`${path} is not JSON`, `run tccli configure again, or remove ${path}`);
  }
  const type = text(file.type) ?? 'default';
  if (type === 'cvm-role') {
    const keys = await roleKeys(search, true);
    return keys && { keys: { ...keys, sourceName: `${path}: ${keys.sourceName}` }, role: null };
  }
  const field = (name: string) => text(file[name])?.trim();
  const ofProfile = profile === 'default' ? '' : ` --profile ${profile}`;
  const keys = checkKeys(path, {
    secret_id: field('secretId'),
    secret_key: field('secretKey'),
    token: field('token'),
  });
  if (keys === null) return null;
  if (type === 'oauth' || type === 'sso') {
    const expiresAt = (number(file.expiresAt) ?? 0) * SECOND;
    if (expiresAt <= search.clock.now()) {
      const login = `tccli ${type === 'sso' ? 'sso' : 'auth'} login${ofProfile}`;
      throw noKeys(`the login in ${path} has expired`, login);
    }
    return { keys: { ...keys, expiresAt }, role: null };
  }
  if (type !== 'default')
    throw noKeys(`${path} has a type that Refit does not know`, `tccli configure${ofProfile}`);
  const arn = field('role-arn');
  const role = arn ? roleFrom(`role-arn in ${path}`, { arn, session: field('role-session-name') }) : null;
  return { keys, role };
}
