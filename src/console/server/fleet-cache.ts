/** The fleet of each console. It is not state of the console: it can be read again at any time. */
import { createSharedFleet, type SharedFleet } from '../../operations/fleet/shared-fleet.ts';
import type { ConsoleContext } from './context.ts';

const fleets = new WeakMap<ConsoleContext, SharedFleet>();

/** The fleet that all people of a console share. */
export function fleetOf(context: ConsoleContext): SharedFleet {
  let fleet = fleets.get(context);
  if (fleet === undefined) {
    const { clock, plans, provider } = context;
    const { connection, profile, regions } = provider;
    fleet = createSharedFleet({ clock, plans, connection, profile, regions });
    fleets.set(context, fleet);
  }
  return fleet;
}
