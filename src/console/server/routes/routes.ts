/** Every address of the API, besides the session. */
import type { Route } from '../context.ts';
import { actionRoutes } from './actions.ts';
import { auditRoutes } from './audit.ts';
import { controlRoutes } from './control-run.ts';
import { fleetRoutes } from './fleet.ts';
import { fleetInstanceRoutes } from './fleet-instance.ts';
import { overviewRoutes } from './overview.ts';
import { peopleRoutes } from './people.ts';
import { planRoutes } from './plans.ts';
import { reviewRoutes } from './reviews.ts';
import { runFileRoutes } from './run-files.ts';
import { runRoutes } from './runs.ts';
import { scheduleRoutes } from './schedule.ts';
import { searchRoutes } from './search.ts';
import { startRoutes } from './start-run.ts';

export const ROUTES: readonly Route[] = [
  ...actionRoutes,
  ...overviewRoutes,
  ...runRoutes,
  ...controlRoutes,
  ...runFileRoutes,
  ...startRoutes,
  ...scheduleRoutes,
  ...auditRoutes,
  ...searchRoutes,
  ...fleetRoutes,
  ...fleetInstanceRoutes,
  ...peopleRoutes,
  ...planRoutes,
  ...reviewRoutes,
];
