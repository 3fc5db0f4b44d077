/** Who is told of a run, put before whoever reviews its plan. */
import type { Finding, Plan } from '../model.ts';
import { say } from '../rules/check.ts';

/** What the plan's hooks would run on the machine of whoever applies. */
export function sayTelling({ hooks }: Plan): Finding[] {
  if (hooks === undefined) return [];
  const told = Object.entries(hooks).map(([phase, command]) => `${phase}: ${JSON.stringify(command)}`);
  const what = `the plan runs commands on the machine where it is applied, as whoever applies it: ${told.join(', ')}`;
  return [
    say('Refit.Hooks', { what, mend: 'refit apply SAVED --allow-hooks, once they are read' }, null, null),
  ];
}
