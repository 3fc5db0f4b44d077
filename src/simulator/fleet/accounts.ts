/**
 * Reads and creates accounts. Each account has its own fleet, balance, keys and permissions. A fleet file holds an array
 * of instances, all in the account `default`, or an inventory (read-inventory.ts), or an object:
 *
 *   {"accounts": [{"name": "default", "fleet": [...]}, {"name": "retail", "instances": 40, "balance": 1000}]}
 *
 *   name       letters, digits and hyphens; the first account is always named default
 *   fleet      instances (read-fleet.ts), or
 *   instances  size of the built-in fleet; default 0
 *   balance    CNY; default 10,000,000
 *   uin        number of the main account
 *   secretId, secretKey, token   keys of the main account; default: generated from the seed
 *   deny       actions that the main account may not call; "*" means all
 *   users      sub-accounts by name, each with the actions it may not call: {"planner": ["UpgradeInstance"]}
 *   roles      the same for roles; default: every role name exists and may call everything
 */
import { RefitError } from '../../errors.ts';
import { seededRandom } from '../world/random.ts';
import { type AccountOptions, FIRST_ACCOUNT, type Identity, OWNER_UIN } from '../world/world.ts';
import { defaultFleet } from './default-fleet.ts';
import { readInstances } from './read-fleet.ts';
import { isInventory, readInventory } from './read-inventory.ts';
import { readMembers } from './read-members.ts';

/** A requested account. Everything except the name has a default. */
export interface AccountRequest
  extends Partial<Pick<AccountOptions, 'fleet' | 'balance' | 'uin'>>,
    Partial<Pick<Identity, 'secretId' | 'secretKey' | 'deny'>> {
  readonly name: string;
  readonly instances?: number;
  readonly token?: string;
  readonly users?: DeniedActions;
  readonly roles?: DeniedActions;
}

/** Denied actions by the name of a user or role. */
type DeniedActions = NonNullable<AccountOptions['roles']>;

/** A created account with all its keys. Those of the main account come first. */
export interface CreatedAccount extends AccountOptions {
  readonly keys: readonly (Identity & { readonly user: string | null })[];
}

const KEY_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const DEFAULT_BALANCE = 10_000_000;
const EXAMPLE =
  '{"accounts": [{"name": "default", "fleet": [{"id": "crs-5qlrlhux"}]}, {"name": "retail", "instances": 40}]}';

/** Reads `NAME=COUNT` from the command line. @throws RefitError `usage` */
export function parseAccount(text: string): AccountRequest {
  const parts = /^([A-Za-z0-9-]{1,64})=(\d{1,6})$/.exec(text);
  if (!parts)
    throw new RefitError(
      'usage',
      `--account ${text} is not a name and a number of instances`,
      'write --account retail=40; other settings belong in the --fleet file',
    );
  return { name: parts[1]!, instances: Number(parts[2]) };
}

/** Reads the accounts of a fleet file. @throws RefitError `usage` that names the wrong member */
export function readFleetFile(text: string): AccountRequest[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const message = `the fleet is not JSON: ${(cause as Error).message}`;
    throw new RefitError('usage', message, `write JSON, for example ${EXAMPLE}`, { cause });
  }
  if (isInventory(value)) return readInventory(value);
  const accounts = (Object(value) as { accounts?: unknown }).accounts;
  if (!Array.isArray(accounts)) return [{ name: FIRST_ACCOUNT, fleet: readInstances(value) }];
  return accounts.map(readAccount);
}

const isText = (form: RegExp) => (one: unknown) => typeof one === 'string' && form.test(one);
const isNumber = (one: unknown): boolean => typeof one === 'number' && one >= 0 && one <= 1e12;
const isActions = (one: unknown): boolean => Array.isArray(one) && one.every(isText(/^(\*|[A-Za-z]+)$/));
const isRights = (one: unknown): boolean =>
  typeof one === 'object' && one !== null && !Array.isArray(one) && Object.values(one).every(isActions);
const KEY = [isText(/^[\x21-\x7e]{1,4096}$/), 'a string without spaces'] as const;

/** The valid form of each member of an account. `readInstances` checks `fleet`. */
const FORMS: Readonly<
  Record<keyof AccountRequest, readonly [isValid: (one: unknown) => boolean, expected: string]>
> = {
  name: [isText(/^[A-Za-z0-9-]{1,64}$/), 'letters, digits and hyphens'],
  fleet: [() => true, ''],
  instances: [(one) => isNumber(one) && Number.isInteger(one), 'a whole number from 0'],
  balance: [isNumber, 'a number from 0, in CNY'],
  uin: [isText(/^\d{5,20}$/), 'digits in quotes, such as "100000000007"'],
  secretId: KEY,
  secretKey: KEY,
  token: KEY,
  deny: [isActions, 'an array of actions such as ["UpgradeInstance"]'],
  users: [isRights, 'an object such as {"planner": ["UpgradeInstance"]}'],
  roles: [isRights, 'an object such as {"operator": []}'],
};
const MEMBERS: ReadonlySet<string> = new Set(Object.keys(FORMS));

function readAccount(account: unknown, index: number): AccountRequest {
  const where = { known: MEMBERS, of: `fleet account ${index + 1}`, example: EXAMPLE };
  const { value, fail } = readMembers(account, where);
  if (value('name') === undefined) fail('has no name', `add a name, for example ${EXAMPLE}`);
  for (const [name, [isValid, expected]] of Object.entries(FORMS))
    if (value(name) !== undefined && !isValid(value(name)))
      fail(`${name} is ${JSON.stringify(value(name))}`, `use ${expected}`);
  const request = account as AccountRequest;
  return request.fleet === undefined ? request : { ...request, fleet: readInstances(request.fleet) };
}

/** Creates the requested accounts. The same seed gives the same fleets, numbers and keys. @throws RefitError `usage` */
export function createAccounts(requests: readonly AccountRequest[], seed: number): CreatedAccount[] {
  const names = new Set<string>();
  const taken = new Set(requests.flatMap(({ fleet = [] }) => fleet.map(({ id }) => id)));
  const listed = requests.reduce((count, { fleet = [] }) => count + fleet.length, 0);
  if (taken.size < listed)
    throw new RefitError('usage', 'two accounts have an instance with the same id', 'use each id once');
  return requests.map((request, index) => {
    if (names.has(request.name))
      throw new RefitError('usage', `there are two accounts named ${request.name}`, 'use each name once');
    names.add(request.name);
    const uin = request.uin ?? String(Number(OWNER_UIN) + index * 1000);
    const chance = seededRandom(seed ^ 0x6b657973 ^ Math.imul(index, 0x9e3779b1));
    const letters = (): string => chance.text(32, KEY_LETTERS);
    const keyOf = (user: string | null, number: string, given: Partial<Identity>) => ({
      secretId: given.secretId ?? `AKID${letters()}`,
      secretKey: given.secretKey ?? letters(),
      token: given.token ?? null,
      uin: number,
      account: request.name,
      user,
      deny: given.deny ?? [],
    });
    const main = keyOf(null, uin, request);
    const users = Object.entries(request.users ?? {}).map(([user, deny], n) =>
      keyOf(user, String(Number(uin) + n + 1), { deny }),
    );
    return {
      name: request.name,
      uin,
      appId: 1_250_000_001 + index,
      balance: request.balance ?? DEFAULT_BALANCE,
      fleet: request.fleet ?? defaultFleet(request.instances ?? 0, seed + index, taken),
      roles: request.roles ?? null,
      keys: [main, ...users],
    };
  });
}
