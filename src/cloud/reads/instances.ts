/** Reads of instances, their maintenance windows and the prices of changes. */
import { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import type { Billing, Instance, Scope } from '../../model.ts';
import { isKeyRefusal, isMissingPermission, readRefusedError } from '../calls/refusals.ts';
import type { CloudReader } from '../cloud.ts';
import { READS } from '../wire/actions.ts';
import type { Fields, Page } from '../wire/fields.ts';
import {
  decodeInstances,
  decodeWindow,
  encodeInstance,
  encodeInstanceIds,
  encodeInstancePage,
  INSTANCES_PER_PAGE,
  zoneNumbers,
} from '../wire/instances.ts';
import { decodePrice, encodePrice } from '../wire/order.ts';
import type { ReadZoneCodes } from './catalogue.ts';
import { inBatches, type ReadSource, readFields, readList } from './source.ts';

/** How often Refit reads a list that changes during the read. */
const MAX_READINGS = 4;

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

/** Reads instances by id. Instances that Refit did not ask for are left out. */
async function instancesOf(
  source: ReadSource,
  scope: Scope,
  ids: readonly string[],
  decode: Decode,
): Promise<Instance[]> {
  const found = await inBatches([...new Set(ids)], INSTANCES_PER_PAGE, async (batch) => {
    const fields = await readFields(source, READS.instances, scope, encodeInstanceIds(batch));
    const asked = new Set(batch);
    return (await decode(scope, fields)).found.filter(({ id }) => asked.has(id));
  });
  return [...new Map(found.map((instance) => [instance.id, instance])).values()];
}

/** Reads all instances. A deleted one moves the rest up by one and hides one, so Refit reads the list again. */
async function allInstances(source: ReadSource, scope: Scope, decode: Decode): Promise<Instance[]> {
  let counts = '';
  for (let reading = 0; reading < MAX_READINGS; reading++) {
    const { rows, totals } = await readList(source, {
      action: READS.instances,
      scope,
      perPage: INSTANCES_PER_PAGE,
      encode: (page) => encodeInstancePage(page * INSTANCES_PER_PAGE),
      decode: (fields) => decode(scope, fields),
      idOf: ({ id }) => id,
    });
    const [total] = totals;
    if (totals.size === 1 && rows.size >= total!) return [...rows.values()];
    counts = `${rows.size} of ${Math.max(...totals)}`;
  }
  throw new RefitError(
    'provider-refused',
    `${READS.instances.name} in ${scope.region} returned ${counts} instances, in each of ${MAX_READINGS} reads`,
    'run the same command again when fewer instances are created and deleted',
  );
}
