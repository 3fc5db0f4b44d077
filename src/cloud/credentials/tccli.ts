/**
 * Keys from the profiles of the provider's command line, one JSON file `<profile>.credential` for each.
 * Source: docs/provider.md P184.
 */
import { SECOND } from '../../units.ts';
import { type Credentials, checkKeys } from '../signing/keys.ts';
import { type Fields, number, parseObject, text } from '../wire/fields.ts';
import { type Content, noKeys, type Place, type Role, roleFrom, type Search } from './credential-source.ts';
import { meantField } from './credentials-text.ts';
import { roleKeys } from './cvm-role.ts';

const TYPES = ['default', 'cvm-role', 'oauth', 'sso'];

/** The profile's file, in the user's folder or in that of TENCENTCLOUD_SHARED_CREDENTIALS_DIR. */
export function tccliProfile(search: Search): Place[] {
  const { env, home, profile } = search;
  const folder = env.TENCENTCLOUD_SHARED_CREDENTIALS_DIR;
  const path = `${folder || `${home}/.tccli`}/${profile}.credential`;
  const look: Place['look'] = async () => {
    const content = await search.readFile(path);
    const found = content === null ? null : readProfile(search, path, content);
    if (found !== null) return found;
    const reason = content === null ? 'does not exist' : 'has no keys';
    if (!folder) return { kind: 'none', reason };
    throw noKeys(
      `TENCENTCLOUD_SHARED_CREDENTIALS_DIR names the folder of ${path}, which ${reason}`,
      'correct the folder or the profile, or unset TENCENTCLOUD_SHARED_CREDENTIALS_DIR',
    );
  };
  return [{ name: path, look }];
}

/**
 * Reads a profile by its `type`. Types: lasting keys, the machine's role, temporary keys of a login. Only tccli renews a
 * login: Refit never writes the file. Null: all its keys are empty.
 * @throws RefitError `no-credentials` if the file is not understood or its login has expired.
 */
function readProfile(search: Search, path: string, content: string): Content | null {
  const option = search.profile === 'default' ? '' : ` --profile ${search.profile}`;
  const file = parseProfile(path, content, `tccli configure${option}`);
  const type = text(file.type) ?? 'default';
  if (type === 'cvm-role') {
    const take = async () => {
      const keys = await roleKeys(search, true);
      return keys && { keys: { ...keys, sourceName: `${path}: ${keys.sourceName}` }, role: null };
    };
    return { kind: 'keys', take };
  }
  const field = (name: string) => text(file[name])?.trim();
  const keys = checkKeys(path, {
    secret_id: field('secretId'),
    secret_key: field('secretKey'),
    token: field('token'),
  });
  if (keys === null) return null;
  return {
    kind: 'keys',
    take: async () => ({ keys: login(keys), role: type === 'default' ? role() : null }),
  };

  function login(lasting: Credentials): Credentials {
    if (type === 'default') return lasting;
    const expiresAt = (number(file.expiresAt) ?? 0) * SECOND;
    if (expiresAt > search.clock.now()) return { ...lasting, expiresAt };
    throw noKeys(
      `the login in ${path} has expired`,
      `tccli ${type === 'sso' ? 'sso' : 'auth'} login${option}`,
    );
  }
  function role(): Role | null {
    const arn = field('role-arn');
    return arn ? roleFrom(`role-arn in ${path}`, { arn, session: field('role-session-name') }) : null;
  }
}

/** Parses the file, and refuses what tccli does not write. No message quotes it. */
function parseProfile(path: string, content: string, fix: string): Fields {
  const refuse = (line: number, reason: string, how = fix) => noKeys(`${path}:${line}: ${reason}`, how);
  const plain = content.replace(/^\uFEFF/, '');
  if (plain.includes('\0')) throw refuse(1, 'the file is UTF-16 or binary', `save it as UTF-8, or ${fix}`);
  const file = parseObject(plain);
  if (file === null) throw refuse(lineOfFault(plain), 'the file is not JSON');
  if (!plain.trimStart().startsWith('{')) throw refuse(1, 'the file is JSON but has no object');
  const lineOf = (name: string) =>
    plain.slice(0, Math.max(0, plain.indexOf(JSON.stringify(name)))).split('\n').length;
  for (const [name, value] of Object.entries(file)) {
    const meant = meantField(name);
    const own = meant && { secret_id: 'secretId', secret_key: 'secretKey', token: 'token' }[meant];
    if (own !== null && own !== name)
      throw refuse(lineOf(name), `another spelling of ${own}`, `write ${own}`);
    const isText = value === null || typeof value === 'string';
    if ((own !== null || name === 'type') && !isText)
      throw refuse(lineOf(name), `${own ?? 'type'} is not a text`);
  }
  if (file.type && !TYPES.includes(String(file.type)))
    throw refuse(lineOf('type'), 'the profile has a type that Refit does not know');
  return file;
}

/** The line where a text stops being JSON. The parser names the position of most faults, but not of all. */
function lineOfFault(json: string): number {
  const position = /at position (\d+)/.exec(faultOf(json))?.[1];
  if (position !== undefined) return json.slice(0, Number(position)).split('\n').length;
  const lines = json.split('\n');
  let [good, bad] = [0, lines.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    const isBad = faultOf(lines.slice(0, middle).join('\n')).startsWith('Unexpected token');
    [good, bad] = isBad ? [good, middle] : [middle, bad];
  }
  return bad;
}

/** The parser's message; it quotes the content. */
function faultOf(json: string): string {
  try {
    JSON.parse(json);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
