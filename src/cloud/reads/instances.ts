/** Reads of instances, their maintenance windows and the prices of changes. */
import { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import type { Billing, Instance, Scope } from '../../model.ts';
import { isKeyRefusal, isMissingPermission, readRefusedError } from '../calls/refusals.ts';
import type { CloudReader } from '../cloud.ts';
import { READS } from '../wire/actions.ts';
import type { Fields } from '../wire/fields.ts';
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
import { inBatches, type ReadSource, readFields } from './source.ts';

/** How often Refit reads a list that changes during the read. */
const MAX_READINGS = 4;

export function instanceReads(source: ReadSource, zoneCodes: ReadZoneCodes) {
  const { ask, clock } = source;
  /** Pay modes as last read. A price depends on them, and its answer does not contain them. */
  const billings = new Map<string, Billing>();

  const describeInstances: CloudReader['describeInstances'] = async (scope, ids) => {
    const pages = await (ids === undefined ? allPages(source, scope) : pagesOf(source, scope, ids));
    const numbers = pages.flatMap(zoneNumbers);
    const codes =
      numbers.length === 0
        ? new Map<number, string>()
        : await zoneCodes(scope, (known) => numbers.every((number) => known.codes.has(number)));
    const found = new Map<string, Instance>();
    for (const instance of pages.flatMap((page) => decodeInstances(page, scope, codes).found)) {
      found.set(instance.id, instance);
      billings.set(instance.id, instance.billing);
    }
    return [...found.values()];
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

function pagesOf(source: ReadSource, scope: Scope, ids: readonly string[]): Promise<Fields[]> {
  return inBatches([...new Set(ids)], INSTANCES_PER_PAGE, async (batch) => [
    await readFields(source, READS.instances, scope, encodeInstanceIds(batch)),
  ]);
}

/** Reads all pages. A deleted instance moves the rest up by one and hides one, so Refit reads the list again. */
async function allPages(source: ReadSource, scope: Scope): Promise<Fields[]> {
  let counts = '';
  for (let reading = 0; reading < MAX_READINGS; reading++) {
    const pages: Fields[] = [];
    const totals = new Set<number>();
    const ids = new Set<string>();
    for (let offset = 0; ; offset += INSTANCES_PER_PAGE) {
      const page = await readFields(source, READS.instances, scope, encodeInstancePage(offset));
      const { total, rows, found } = decodeInstances(page, scope, new Map());
      pages.push(page);
      totals.add(total);
      for (const { id } of found) ids.add(id);
      if (rows === 0 || offset + INSTANCES_PER_PAGE >= total) break;
    }
    const [total] = totals;
    if (totals.size === 1 && ids.size >= total!) return pages;
    counts = `${ids.size} of ${Math.max(...totals)}`;
  }
  throw new RefitError(
    'provider-refused',
    `${READS.instances.name} in ${scope.region} returned ${counts} instances, in each of ${MAX_READINGS} reads`,
    'run the same command again when fewer instances are created and deleted',
  );
}
