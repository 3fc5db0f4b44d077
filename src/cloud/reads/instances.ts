/** Reads of instances, their maintenance windows and the prices of changes. */
import { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import type { Billing, Instance, Scope } from '../../model.ts';
import { isKeyRefusal, isMissingPermission, readRefusedError } from '../calls/refusals.ts';
import type { CloudReader } from '../cloud.ts';
import { READS } from '../wire/actions.ts';
import type { Fields, Page, RowRange } from '../wire/fields.ts';
import {
  decodeInstances,
  decodeWindow,
  encodeInstance,
  encodeInstanceIds,
  encodeInstancePage,
  INSTANCES_PER_PAGE,
  INSTANCES_PER_SMALL_PAGE,
  zoneNumbers,
} from '../wire/instances.ts';
import { decodePrice, encodePrice } from '../wire/order.ts';
import type { ReadZoneCodes } from './catalogue.ts';
import { inBatches, type ListRequest, type ReadSource, readList, readWholeList } from './source.ts';

export function instanceReads(source: ReadSource, zoneCodes: ReadZoneCodes) {
  const { ask, clock } = source;
  /** Pay modes as last read. A price depends on them, and its answer does not contain them. */
  const billings = new Map<string, Billing>();

  const decode = async (scope: Scope, fields: Fields): Promise<Page<Instance>> => {
    const numbers = zoneNumbers(fields);
    const codes =
      numbers.length === 0
        ? new Map<number, string>()
        : await zoneCodes(scope, (known) => numbers.every((number) => known.codes.has(number)));
    return decodeInstances(fields, scope, codes);
  };

  const describeInstances: CloudReader['describeInstances'] = async (scope, ids) => {
    const found = await (ids === undefined
      ? allInstances(source, scope, decode)
      : instancesOf(source, scope, ids, decode));
    for (const { id, billing } of found) billings.set(id, billing);
    return found;
  };

  return {
    describeInstances,

    async eachInstance(scope, take) {
      const taken = new Set<string>();
      const list = listOf(scope, decode, encodeInstancePage);
      await readWholeList<string>(source, {
        ...{ ...list, perPage: INSTANCES_PER_SMALL_PAGE },
        idOf: (id) => id,
        async decode(fields) {
          const read = await list.decode(fields);
          // A list that changes is read again.
          const fresh = read.found.filter(({ id }) => !taken.has(id) && taken.add(id));
          if (fresh.length > 0) take(fresh);
          return { ...read, found: read.found.map(({ id }) => id) };
        },
      });
    },

    async describeWindow(scope, instance, note = () => {}) {
      const answer = await ask(READS.window, scope, encodeInstance(instance));
      if (answer.kind === 'ok') {
        const window = decodeWindow(answer.fields);
        if (window === null) note(message('read.window-garbled', { id: instance }));
        return window;
      }
      if (
        !isMissingPermission(answer.code) &&
        !/^(UnsupportedOperation|ResourceNotFound)\b/.test(answer.code)
      )
        throw readRefusedError(READS.window, scope, answer);
      note(message('read.window-refused', { code: answer.code }));
      return null;
    },

    async price(request) {
      if (!billings.has(request.instance)) await describeInstances(request, [request.instance]);
      const answer = await ask(READS.price, request, encodePrice(request));
      if (answer.kind === 'refused') {
        if (isKeyRefusal(answer.code)) throw readRefusedError(READS.price, request, answer);
        return answer;
      }
      const billing = billings.get(request.instance);
      const quote = billing && decodePrice(answer.fields, billing, clock.now());
      if (!quote) {
        throw new RefitError(
          'provider-refused',
          `the price of ${request.instance} is in a form that Refit cannot read`,
          'plan without --price and without guards.cost',
        );
      }
      return { kind: 'quoted', ...quote };
    },
  } satisfies Partial<CloudReader>;
}

type Decode = (scope: Scope, fields: Fields) => Promise<Page<Instance>>;

/**
 * Reads instances by id. One that is missing may be gone: the caller decides, and reads again. Instances that Refit did
 * not ask for are left out.
 */
async function instancesOf(
  source: ReadSource,
  scope: Scope,
  ids: readonly string[],
  decode: Decode,
): Promise<Instance[]> {
  const asked = new Set(ids);
  const found = await inBatches([...asked], INSTANCES_PER_PAGE, async (batch) => {
    const list = listOf(scope, decode, (page) => encodeInstanceIds(batch, page));
    const { rows } = await readList(source, { ...list, ids: batch });
    return [...rows.values()].filter(({ id }) => asked.has(id));
  });
  return [...new Map(found.map((instance) => [instance.id, instance])).values()];
}

/** Reads all instances of a scope. */
async function allInstances(source: ReadSource, scope: Scope, decode: Decode): Promise<Instance[]> {
  return [...(await readWholeList(source, listOf(scope, decode, encodeInstancePage))).values()];
}

function listOf(scope: Scope, decode: Decode, encode: (page: RowRange) => Fields): ListRequest<Instance> {
  return {
    action: READS.instances,
    scope,
    perPage: INSTANCES_PER_PAGE,
    encode,
    decode: (fields) => decode(scope, fields),
    idOf: ({ id }) => id,
  };
}
