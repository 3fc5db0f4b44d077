/** Is the instance there, and may anything be done with it now? */

import { type Broken, type Facts, onChange } from './facts.ts';

/** No instance of this id in the region, as this identity sees it. */
export function instanceIsMissing(facts: Facts): Broken | null {
  if (facts.instance !== null) return null;
  return {
    what: `${facts.id} does not exist in ${facts.region}`,
    mend:
      facts.elsewhere === null
        ? `correct the id or the region; refit inventory --region ${facts.region} lists what is there`
        : `it was read in ${facts.elsewhere}: give that as the target's region or profile`,
  };
}

/** The status is one in which the provider accepts no change. */
export const statusIsAbnormal = onChange((instance) => {
  if (instance.status === 'running') return null;
  const mend = {
    initialising: 'wait until it is running, then plan again',
    processing: 'wait until it is running, then plan again',
    isolated: 'renew it, or leave it out: exclude: [ID]',
    deleting: 'leave it out: exclude: [ID]',
    unrecognised: 'look at it in the console, or leave it out: exclude: [ID]',
  }[instance.status].replace('ID', instance.id);
  return { what: `${instance.id} is ${instance.status}, not running`, mend };
});

/** The provider is at work on it, as a rule while it runs. */
export const taskIsUnderWay = onChange((instance) =>
  instance.task === null
    ? null
    : {
        what: `${instance.id} is ${instance.status}, and a task is under way on it: ${instance.task}`,
        mend: 'wait until the task has ended, then plan again',
      },
);
