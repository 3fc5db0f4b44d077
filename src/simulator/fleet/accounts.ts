/**
 * Accounts: each has a fleet, money, keys and rights of its own. A fleet file may hold one array of instances, which
 * then belong to the account `default`, or an object:
 *
 *   {"accounts": [{"name": "default", "fleet": [...]}, {"name": "retail", "instances": 40, "balance": 1000}]}
 *
 *   name       letters, digits and hyphens; the first is always called default
 *   fleet      instances (read-fleet.ts), or
 *   instances  how many the built-in fleet has; default 0
 *   balance    CNY; default 10,000,000
 *   uin        the main account's number
 *   secretId, secretKey, token   of the main account; made from the seed where they are left out
 *   deny       actions that the main account's keys have no right to; "*" is every one
 *   users      sub-accounts by name, each with the actions it has no right to: {"planner": ["UpgradeInstance"]}
 *   roles      the same for roles that can be assumed; left out, every name is one, with every right
 */
import { RefitError } from '../../errors.ts';
import { seededRandom } from '../world/random.ts';
import { type AccountOptions, FIRST_ACCOUNT, type Identity, OWNER_UIN } from '../world/world.ts';
import { defaultFleet } from './default-fleet.ts';
import { readInstances } from './read-fleet.ts';
import { readMembers } from './read-members.ts';

/** An account as it is asked for; everything but the name has a default. */
export interface AccountRequest
  extends Partial<Pick<AccountOptions, 'fleet' | 'balance' | 'uin'>>,
    Partial<Pick<Identity, 'secretId' | 'secretKey' | 'deny'>> {
  readonly name: string;
  readonly instances?: number;
  readonly token?: string;
  readonly users?: Rights;
  readonly roles?: Rights;
}

/** Actions that somebody has no right to, by name. */
type Rights = NonNullable<AccountOptions['roles']>;

/** An account made, with every key that signs for it: the main account's first. */
export interface CreatedAccount extends AccountOptions {
  readonly keys: readonly (Identity & { readonly user: string | null })[];
}

const KEY_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const DEFAULT_BALANCE = 10_000_000;
const EXAMPLE =
  '{"accounts": [{"name": "default", "fleet": [{"id": "crs-5qlrlhux"}]}, {"name": "retail", "instances": 40}]}';

/** `NAME=COUNT` of the command line. @throws RefitError `usage` */
export function parseAccount(text: string): AccountRequest {
  const parts = /^([A-Za-z0-9-]{1,64})=(\d{1,6})$/.exec(text);
  if (!parts)
    throw new RefitError(
      'usage',
      `--account ${text}: it takes a name and how many instances it has`,
      '--account retail=40   (more than that stands in the --fleet file)',
    );
  return { name: parts[1]!, instances: Number(parts[2]) };
}

/** The accounts of a fleet file's text. @throws RefitError `usage`, saying where */
export function readFleetFile(text: string): AccountRequest[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const message = `the fleet is not JSON: ${(cause as Error).message}`;
    throw new RefitError('usage', message, `such as ${EXAMPLE}`, { cause });
  }
  const accounts = (Object(value) as { accounts?: unknown }).accounts;
  if (!Array.isArray(accounts)) return [{ name: FIRST_ACCOUNT, fleet: readInstances(value) }];
  return accounts.map(readAccount);
}

const isText = (form: RegExp) => (one: unknown) => typeof one === 'string' && form.test(one);
const isNumber = (one: unknown): boolean => typeof one === 'number' && one >= 0 && one <= 1e12;
const isActions = (one: unknown): boolean => Array.isArray(one) && one.every(isText(/^(\*|[A-Za-z]+)$/));
const isRights = (one: unknown): boolean =>
  typeof one === 'object' && one !== null && !Array.isArray(one) && Object.values(one).every(isActions);
const KEY = [isText(/^[\x21-\x7e]{1,4096}$/), 'a text without spaces'] as const;

/** What each member of an account must be. `fleet` is read on its own. */
const FORMS: Readonly<
  Record<keyof AccountRequest, readonly [fits: (one: unknown) => boolean, such: string]>
> = {
  name: [isText(/^[A-Za-z0-9-]{1,64}$/), 'letters, digits and hyphens'],
  fleet: [() => true, ''],
  instances: [(one) => isNumber(one) && Number.isInteger(one), 'a whole number from 0'],
  balance: [isNumber, 'CNY, a number from 0'],
  uin: [isText(/^\d{5,20}$/), 'digits in quotes, such as "100000000007"'],
  secretId: KEY,
  secretKey: KEY,
  token: KEY,
  deny: [isActions, 'names of actions, such as ["UpgradeInstance"]'],
  users: [isRights, '{"planner": ["UpgradeInstance"]}'],
  roles: [isRights, '{"operator": []}'],
};
const MEMBERS: ReadonlySet<string> = new Set(Object.keys(FORMS));

function readAccount(account: unknown, index: number): AccountRequest {
  const where = { known: MEMBERS, of: `fleet account ${index + 1}`, example: EXAMPLE };
  const { value, fail } = readMembers(account, where);
  if (value('name') === undefined) fail('has no name', EXAMPLE);
  for (const [name, [fits, such]] of Object.entries(FORMS))
    if (value(name) !== undefined && !fits(value(name)))
      fail(`${name} is ${JSON.stringify(value(name))}`, such);
  const wish = account as AccountRequest;
  return wish.fleet === undefined ? wish : { ...wish, fleet: readInstances(wish.fleet) };
}

/** Fleets, numbers and keys for accounts, the same for one seed. @throws RefitError `usage` */
export function createAccounts(wishes: readonly AccountRequest[], seed: number): CreatedAccount[] {
  const names = new Set<string>();
  const taken = new Set(wishes.flatMap(({ fleet = [] }) => fleet.map(({ id }) => id)));
  const listed = wishes.reduce((count, { fleet = [] }) => count + fleet.length, 0);
  if (taken.size < listed)
    throw new RefitError('usage', 'two accounts have an instance of one id', 'each id once');
  return wishes.map((wish, index) => {
    if (names.has(wish.name))
      throw new RefitError('usage', `there are two accounts named ${wish.name}`, 'each name once');
    names.add(wish.name);
    const uin = wish.uin ?? String(Number(OWNER_UIN) + index * 1000);
    const chance = seededRandom(seed ^ 0x6b657973 ^ Math.imul(index, 0x9e3779b1));
    const letters = (): string => chance.text(32, KEY_LETTERS);
    const keyOf = (user: string | null, number: string, given: Partial<Identity>) => ({
      secretId: given.secretId ?? `AKID${letters()}`,
      secretKey: given.secretKey ?? letters(),
      token: given.token ?? null,
      uin: number,
      account: wish.name,
      user,
      deny: given.deny ?? [],
    });
    const main = keyOf(null, uin, wish);
    const users = Object.entries(wish.users ?? {}).map(([user, deny], n) =>
      keyOf(user, String(Number(uin) + n + 1), { deny }),
    );
    return {
      name: wish.name,
      uin,
      appId: 1_250_000_001 + index,
      balance: wish.balance ?? DEFAULT_BALANCE,
      fleet: wish.fleet ?? defaultFleet(wish.instances ?? 0, seed + index, taken),
      roles: wish.roles ?? null,
      keys: [main, ...users],
    };
  });
}
