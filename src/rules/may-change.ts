/** Is the instance there, may anything be done with it now, and can an order change this dimension of its edition? */
import { EDITIONS } from '../model.ts';
import { type Facts, onChange, type Violation } from './facts.ts';
import { formatChange } from './format-size.ts';

/** No instance of this id in the region, as this identity sees it. */
export function instanceIsMissing(facts: Facts): Violation | null {
  if (facts.instance !== null) return null;
  return {
    message: `${facts.id} does not exist in ${facts.region}`,
    fix:
      facts.elsewhere === null
        ? `correct the id or the region; refit inventory --region ${facts.region} lists what is there`
        : `it was read in ${facts.elsewhere}: give that as the target's region or profile`,
  };
}

/** The status is one in which the provider accepts no change. */
export const statusIsAbnormal = onChange(({ id, status }) => {
  if (status === 'running') return null;
  const fix = {
    initialising: 'wait until it is running, then plan again',
    processing: 'wait until it is running, then plan again',
    isolated: `renew it, or leave it out: exclude: [${id}]`,
    deleting: `leave it out: exclude: [${id}]`,
    unrecognised: `look at it in the console, or leave it out: exclude: [${id}]`,
  }[status];
  return { message: `${id} is ${status}, not running`, fix };
});

/** The provider is at work on it, as a rule while it runs. */
export const taskIsUnderWay = onChange(({ id, status, task }) =>
  task === null ? null : { message: `${id} is ${status}, and a task is under way on it: ${task}` },
);

/** An order for the instance waits to be paid. */
export const orderIsUnpaid = onChange(({ id, unpaidOrder }) => {
  if (unpaidOrder === null) return null;
  const fix = `pay or cancel order ${unpaidOrder} in the console, then plan again`;
  return { message: `${id}: order ${unpaidOrder} for it waits to be paid`, fix };
});

/** The request itself is not one the provider understands: nothing changes, or the nodes are not named. */
export const requestIsMalformed = onChange((instance, change, { placement }) => {
  if (change.from === change.to) {
    return {
      message: `${instance.id}: ${formatChange(change)} changes nothing`,
      fix: 'leave the target out',
    };
  }
  if (change.dimension === 'replicas' && instance.nodes.length > 0 && !placement?.nodes) {
    const open = placement?.open ?? [];
    const has = [...new Set(instance.nodes.map(({ zone }) => zone.code))].join(', ');
    return {
      message: `${instance.id}: ${formatChange(change)} of a multi-zone instance needs a zone for each replica that is added; its nodes are in ${has}`,
      fix: `zones: [${open[0] ?? 'ZONE'}] beside replicas${open.length > 1 ? `; there are ${open.join(', ')}` : ''}`,
    };
  }
  return null;
});

/** The zones that the author names do not fit the instance: no order is made of them. */
export const zonesDoNotFit = onChange((_instance, _change, { placement }) => placement?.misfit ?? null);

/** The edition has no such dimension, or only one value of it. */
export const editionForbids = onChange(({ id, edition: name }, change) => {
  const edition = EDITIONS.find((one) => one.name === name);
  if (!edition || edition.dimensions.includes(change.dimension)) return null;
  return {
    message: `${id}: ${formatChange(change)} is not possible on ${name}, which allows ${edition.dimensions.join(', ')}`,
    fix: `leave ${change.dimension} out of the target`,
  };
});

/** A type code newer than this program. */
export const editionIsUnknown = onChange(({ id, edition, type }) => {
  if (edition !== 'unrecognised') return null;
  const fix = `leave it out: exclude: [${id}], or use a newer version of refit`;
  return { message: `${id} has type code ${type}, which this version does not know`, fix };
});
