/** Every address of the API, besides the session. */
import type { Route } from '../context.ts';
import { controlRoutes } from './control-run.ts';
import { peopleRoutes } from './people.ts';
import { planRoutes } from './plans.ts';
import { runFileRoutes } from './run-files.ts';
import { runRoutes } from './runs.ts';

export const ROUTES: readonly Route[] = [
  ...runRoutes,
  ...controlRoutes,
  ...runFileRoutes,
  ...peopleRoutes,
  ...planRoutes,
];
