/** When changes that wait may begin. Source: facts §2.6, read 2026-11; times taken as Beijing's, an inference there. */

import { parseTimeOfDay, timeOfDay } from '../world/beijing-time.ts';
import { isWindow } from '../world/change.ts';
import type { Action } from './action.ts';
import { findInstance } from './redis-instances.ts';
import { invalidValue } from './refusal.ts';

export const describeMaintenanceWindow: Action = {
  schema: { InstanceId: 'string!' },
  run(world, call) {
    const [start, end] = findInstance(world, call).window;
    return { StartTime: timeOfDay(start), EndTime: timeOfDay(end) };
  },
};

export const modifyMaintenanceWindow: Action = {
  schema: { InstanceId: 'string!', StartTime: 'string!', EndTime: 'string!' },
  run(world, call) {
    const instance = findInstance(world, call);
    const time = (name: 'StartTime' | 'EndTime'): number => {
      const minutes = parseTimeOfDay(call.params[name] as string);
      if (minutes === null) throw invalidValue(`The value of ${name} is not a time such as 03:00.`);
      return minutes;
    };
    const [start, end] = [time('StartTime'), time('EndTime')];
    if (!isWindow(start, end))
      throw invalidValue('A window lasts 30, 60, 90, 120 or 180 minutes of one day.');
    // Not while a change waits for the old one or is under way.
    const busy = [...world.deals.values()].some(
      (deal) => deal.instance === instance && (deal.status === 2 || deal.status === 3),
    );
    if (!busy) instance.window = [start, end];
    return { Status: busy ? 'failed' : 'success' };
  },
};
