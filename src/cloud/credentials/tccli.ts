/**
 * The profiles of the provider's command line: one JSON file each, `<profile>.credential`.
 * Source: docs/provider.md P184.
 */
import { SECOND } from '../../units.ts';
import { checkKeys } from '../signing/keys.ts';
import { number, parseObject, text } from '../wire/fields.ts';
import { type Found, noKeys, roleFrom, type Search } from './credential-source.ts';
import { roleKeys } from './cvm-role.ts';

/**
 * Keys by the file's `type`: its own, those of the machine's role, or the temporary ones that a log-in left in it.
 * A log-in is renewed by tccli alone: its file is never written here.
 * @throws RefitError `no-credentials` where the file cannot be used, or its log-in is over.
 */
export async function fromTccli(search: Search): Promise<Found | null> {
  const { env, home, profile } = search;
  const path = `${env.TENCENTCLOUD_SHARED_CREDENTIALS_DIR || `${home}/.tccli`}/${profile}.credential`;
  const content = await search.readFile(path);
  if (content === null) return null;
  const file = parseObject(content);
  // The parser's own reason would quote what it read.
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
      throw noKeys(`the log-in in ${path} is over`, login);
    }
    return { keys: { ...keys, expiresAt }, role: null };
  }
  if (type !== 'default')
    throw noKeys(`${path} has a type that is not known here`, `tccli configure${ofProfile}`);
  const arn = field('role-arn');
  const role = arn ? roleFrom(`role-arn in ${path}`, { arn, session: field('role-session-name') }) : null;
  return { keys, role };
}
