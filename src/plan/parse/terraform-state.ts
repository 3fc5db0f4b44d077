/**
 * Reads the Redis instances of a Terraform state: the output of `terraform show -json`, or a state file of version 4.
 * It reads only the attributes named here, and messages quote only numbers of it, so that no secret of the state goes
 * anywhere. Source: docs/provider.md P191 and Terraform's JSON output format.
 */
import { RefitError } from '../../errors.ts';
import { type Dimension, EDITIONS, type Instance, type InstanceStatus } from '../../model.ts';
import { escapeControls } from '../../text.ts';

/** The instances, and the resources that a plan cannot name, each with its reason. */
export interface StateReading {
  readonly instances: readonly Instance[];
  readonly skipped: readonly Skipped[];
  /** The counts that the state does not have, by instance; their values in `size` mean nothing. Absent: it has all. */
  readonly missing?: ReadonlyMap<string, readonly Dimension[]>;
}

export interface Skipped {
  /** The resource's address, or the instance's id. */
  readonly subject: string;
  readonly reason: string;
}

const TYPE = 'tencentcloud_redis_instance';

/** A resource from either format. */
interface Resource {
  /** Null if it is not an address of Terraform. */
  readonly address: string | null;
  readonly values: Readonly<Record<string, unknown>>;
  /** Terraform is about to destroy it; the configuration no longer describes it. */
  readonly isDeposed: boolean;
}

/**
 * @param file its name, for errors. @param region for instances whose zone names no region.
 * @throws RefitError `usage` if the text is not a state, or a state of another version.
 */
export function readTerraformState(
  text: string,
  file: string,
  { region, profile }: { readonly region: string | null; readonly profile: string },
): StateReading {
  const instances = new Map<string, Instance>();
  const skipped: Skipped[] = [];
  const missing = new Map<string, readonly Dimension[]>();
  for (const resource of resourcesIn(text, file)) {
    const read = instanceOf(resource, region, profile);
    const subject = resource.address ?? UNNAMED;
    if ('reason' in read) skipped.push({ subject, reason: read.reason });
    else if (instances.has(read.id)) skipped.push({ subject, reason: 'its instance is in the state twice' });
    else {
      instances.set(read.id, read);
      const unknown = missingIn(read, resource);
      if (unknown.length > 0) missing.set(read.id, unknown);
    }
  }
  return { instances: [...instances.values()], skipped, ...(missing.size > 0 && { missing }) };
}

/** How a message names a resource whose address is not one of Terraform's. */
const UNNAMED = `a ${TYPE} without a valid address`;

/** The address of the resource of each instance, by instance id. @throws RefitError as `readTerraformState` does. */
export function readAddresses(text: string, file: string): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  for (const { address, values, isDeposed } of resourcesIn(text, file)) {
    const id = attributeText(values.id);
    if (id !== null && address !== null && !isDeposed && !addresses.has(id)) addresses.set(id, address);
  }
  return addresses;
}

const NAME = String.raw`[\p{L}_][\p{L}\p{N}_-]*`;
const INDEX = String.raw`(?:\[(?:\d+|"(?:[^"\\\p{C}\p{Zl}\p{Zp}]|\\["\\])*")\])?`;
const ADDRESS = new RegExp(`^(?:module\\.${NAME}${INDEX}\\.)*${TYPE}\\.${NAME}${INDEX}$`, 'u');
const LONGEST_ADDRESS = 500;

/** Whether a text is the address of a Redis instance: `module.cart.tencentcloud_redis_instance.this["a"]`. */
export function isAddress(text: string): boolean {
  return text.length <= LONGEST_ADDRESS && ADDRESS.test(text);
}

function addressOf(text: string | null): string | null {
  return text !== null && isAddress(text) ? text : null;
}

/** The counts of an edition that the state has no number for. */
function missingIn({ edition }: Instance, { values }: Resource): Dimension[] {
  const own: readonly Dimension[] = EDITIONS.find(({ name }) => name === edition)?.dimensions ?? [];
  return own.filter(
    (one) =>
      (one === 'shards' && countOf(values.redis_shard_num) === null) ||
      (one === 'replicas' && countOf(values.redis_replicas_num, 0) === null),
  );
}

function resourcesIn(text: string, file: string): Resource[] {
  const fix = 'terraform show -json > state.json, then refit init --from-terraform state.json';
  const refuse = (problem: string) =>
    new RefitError('usage', `${escapeControls(file)} is not a Terraform state: ${problem}`, fix);
  let state: unknown;
  try {
    state = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // The parser quotes the text, which may be a secret.
    throw refuse('it is not JSON');
  }
  if (!isObject(state)) throw refuse('it is not a JSON object');
  if (state.encrypted_data !== undefined) throw refuse('it is encrypted');
  if (state.planned_values !== undefined || state.resource_changes !== undefined)
    throw refuse('it is a Terraform plan');
  if (typeof state.format_version === 'string') {
    if (!/^[01]\./.test(state.format_version))
      throw refuse(`its format_version is ${numberIn(state.format_version)}, and refit reads 0 and 1`);
    return isObject(state.values) && isObject(state.values.root_module)
      ? resourcesInModule(state.values.root_module)
      : [];
  }
  if (state.version === 4 && Array.isArray(state.resources))
    return state.resources.flatMap(resourceInstances);
  if (typeof state.version === 'number') throw refuse(`its version is ${state.version}, and refit reads 4`);
  throw refuse('it has no format_version and no version');
}

/** The resources of a module of `terraform show -json`, and of the modules below it, however deep they are. */
function resourcesInModule(root: Readonly<Record<string, unknown>>): Resource[] {
  const resources: Resource[] = [];
  const modules = [root];
  for (let module = modules.pop(); module !== undefined; module = modules.pop()) {
    for (const { mode, type, address, values, deposed_key } of listOf(module.resources))
      if (mode === 'managed' && type === TYPE)
        resources.push({
          address: addressOf(attributeText(address)),
          values: isObject(values) ? values : {},
          isDeposed: deposed_key !== undefined,
        });
    for (const child of listOf(module.child_modules).toReversed()) modules.push(child);
  }
  return resources;
}

/** The instances of a resource of a state file. */
function resourceInstances(resource: unknown): Resource[] {
  if (!isObject(resource) || resource.mode !== 'managed' || resource.type !== TYPE) return [];
  const module = attributeText(resource.module);
  const address = `${module === null ? '' : `${module}.`}${TYPE}.${attributeText(resource.name) ?? '?'}`;
  return listOf(resource.instances).map(({ attributes, index_key, deposed }) => ({
    address: addressOf(index_key === undefined ? address : `${address}[${JSON.stringify(index_key)}]`),
    values: isObject(attributes) ? attributes : {},
    isDeposed: deposed !== undefined,
  }));
}

const STATUS: Readonly<Record<string, InstanceStatus>> = {
  init: 'initialising',
  processing: 'processing',
  online: 'running',
  isolate: 'isolated',
  todelete: 'deleting',
};

function instanceOf(
  { values, isDeposed }: Resource,
  named: string | null,
  profile: string,
): Instance | { readonly reason: string } {
  const id = attributeText(values.id);
  if (isDeposed) return { reason: 'it is deposed: Terraform is about to destroy it' };
  if (id === null) return { reason: 'it has no id: it has not been created' };
  const edition = EDITIONS.find(({ type }) => type === values.type_id);
  if (edition === undefined)
    return {
      reason: `its type_id is ${values.type_id === undefined || values.type_id === null ? 'missing' : numberIn(values.type_id)}, which is not a known edition`,
    };
  const zone = attributeText(values.availability_zone) ?? '';
  const region = /^([a-z]{2}(?:-[a-z][a-z0-9]*)+)-\d+$/.exec(zone)?.[1] ?? named;
  if (region === null)
    return {
      reason: `its availability_zone ${zone === '' ? 'is missing' : `${numberIn(zone)} names no region`}: add --region`,
    };
  const memoryPerShard = countOf(values.mem_size);
  if (memoryPerShard === null) return { reason: 'its mem_size is missing' };
  const status = values.status ?? 'online';
  return {
    id,
    name: attributeText(values.name) ?? '',
    region,
    zone,
    profile,
    edition: edition.name,
    type: edition.type,
    status: (typeof status === 'string' && STATUS[status]) || 'unrecognised',
    size: {
      memoryPerShard,
      shards: (edition.architecture === 'cluster' && countOf(values.redis_shard_num)) || 1,
      replicas: countOf(values.redis_replicas_num, 0) ?? 0,
    },
    billing: values.charge_type === 'PREPAID' ? 'prepaid' : 'postpaid',
    tags: isObject(values.tags)
      ? Object.fromEntries(
          Object.entries(values.tags).filter((tag): tag is [string, string] => typeof tag[1] === 'string'),
        )
      : {},
    nodes: [],
    deadline: null,
    used: null,
    task: null,
    unpaidOrder: null,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function attributeText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A whole number of at least `least`, else null. */
function countOf(value: unknown, least = 1): number | null {
  return Number.isSafeInteger(value) && (value as number) >= least ? (value as number) : null;
}

/** A short number or version for a message. Other text of a state is never quoted. */
function numberIn(value: unknown): string {
  const text = String(value);
  return /^\d{1,12}(\.\d{1,6})*$/.test(text) && text.length <= 20 ? text : 'no number';
}
