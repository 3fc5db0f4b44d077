/** Is the instance there, may anything be done with it now, and can an order change this dimension of its edition? */
import { message } from '../messages/messages.ts';
import { EDITIONS, type Message } from '../model.ts';
import { type Facts, onChange } from './facts.ts';

/** No instance of this id in the region, as this identity sees it. */
export function instanceIsMissing(facts: Facts): Message | null {
  if (facts.instance !== null) return null;
  const { id, region, elsewhere } = facts;
  return message('rule.instance-missing', { id, region, elsewhere });
}

/** The status is one in which the provider accepts no change. */
export const statusIsAbnormal = onChange(({ id, status }) => {
  if (status === 'running') return null;
  return message('rule.not-running', { id, status });
});

/** The provider is at work on it, as a rule while it runs. */
export const taskIsInProgress = onChange(({ id, status, task }) =>
  task === null ? null : message('rule.task-in-progress', { id, status, task }),
);

/** An order for the instance waits to be paid. */
export const orderIsUnpaid = onChange(({ id, unpaidOrder }) => {
  if (unpaidOrder === null) return null;
  return message('rule.order-unpaid', { id, order: unpaidOrder });
});

/** The request itself is not one the provider understands: nothing changes, or the nodes are not named. */
export const requestIsMalformed = onChange((instance, change, { placement }) => {
  if (change.from === change.to) {
    return message('rule.changes-nothing', { id: instance.id, change });
  }
  if (change.dimension === 'replicas' && instance.nodes.length > 0 && !placement?.nodes) {
    const open = placement?.open ?? [];
    const zones = [...new Set(instance.nodes.map(({ zone }) => zone.code))];
    return message('rule.zones-not-named', { id: instance.id, change, zones, open });
  }
  return null;
});

/** The zones that the author names do not fit the instance: no order is made of them. */
export const zonesDoNotFit = onChange((_instance, _change, { placement }) => placement?.problem ?? null);

/** The edition has no such dimension, or only one value of it. */
export const editionForbids = onChange(({ id, edition: name }, change) => {
  const edition = EDITIONS.find((one) => one.name === name);
  if (!edition || edition.dimensions.includes(change.dimension)) return null;
  return message('rule.edition-forbids', { id, change, edition: name, dimensions: edition.dimensions });
});

/** A type code newer than this program. */
export const editionIsUnknown = onChange(({ id, edition, type }) => {
  if (edition !== 'unrecognised') return null;
  return message('rule.edition-unknown', { id, type });
});
