/** Rules about the instance itself: whether it exists, is free to change, and has the dimension. */
import { message } from '../messages/messages.ts';
import { EDITIONS, type Message } from '../model.ts';
import { type Facts, onChange } from './facts.ts';

/** The region has no instance with this id, as far as this identity can see. */
export function instanceIsMissing(facts: Facts): Message | null {
  if (facts.instance !== null) return null;
  const { id, region, elsewhere, near } = facts;
  return message('rule.instance-missing', { id, region, elsewhere, near });
}

/** The provider accepts no change in this status. */
export const statusIsAbnormal = onChange(({ id, status }) => {
  if (status === 'running') return null;
  return message('rule.not-running', { id, status });
});

/** A task is in progress on the instance, usually while its status is running. */
export const taskIsInProgress = onChange(({ id, status, task }) =>
  task === null ? null : message('rule.task-in-progress', { id, status, task }),
);

/** An order for the instance is not paid. */
export const orderIsUnpaid = onChange(({ id, unpaidOrder }) => {
  if (unpaidOrder === null) return null;
  return message('rule.order-unpaid', { id, order: unpaidOrder });
});

/** The provider would not understand the request: it changes nothing, or it names no zones. */
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

/** The author's zones do not fit the instance. */
export const zonesDoNotFit = onChange((_instance, _change, { placement }) => placement?.problem ?? null);

/** The edition does not have the dimension, or has only one value of it. */
export const editionForbids = onChange(({ id, edition: name }, change) => {
  const edition = EDITIONS.find((one) => one.name === name);
  if (!edition || edition.dimensions.includes(change.dimension)) return null;
  return message('rule.edition-forbids', { id, change, edition: name, dimensions: edition.dimensions });
});

/** The type code is newer than this version of Refit. */
export const editionIsUnknown = onChange(({ id, edition, type }) => {
  if (edition !== 'unrecognised') return null;
  return message('rule.edition-unknown', { id, type });
});
