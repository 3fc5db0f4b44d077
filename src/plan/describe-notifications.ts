/** Who is told of a run, put before whoever reviews its plan. */
import type { Finding, Plan } from '../model.ts';
import { say } from '../rules/check.ts';

/** What the plan's hooks would run on the machine of whoever applies, and which addresses would be told. */
export function sayTelling({ hooks, notify }: Plan): Finding[] {
  const findings: Finding[] = [];
  if (hooks !== undefined) {
    const told = Object.entries(hooks).map(([phase, command]) => `${phase}: ${JSON.stringify(command)}`);
    const what = `the plan runs commands on the machine where it is applied, as whoever applies it: ${told.join(', ')}`;
    const mend = 'refit apply SAVED --allow-hooks, once they are read';
    findings.push(say('Refit.Hooks', { what, mend }));
  }
  if (notify !== undefined) {
    const told = notify.map(
      ({ url, urlEnv, form, on, secretEnv }) =>
        `${url ?? `$${urlEnv}`} (${form}${secretEnv === null ? ', unsigned' : `, signed with $${secretEnv}`}) on ${on.join(', ')}`,
    );
    const names = notify
      .flatMap(({ urlEnv, secretEnv }) => [urlEnv, secretEnv])
      .filter((name) => name !== null);
    const what = `a run of the plan is told to ${told.join('; ')}`;
    const mend =
      names.length === 0 ? 'nothing to do' : `where it is applied, export ${[...new Set(names)].join(', ')}`;
    findings.push(say('Refit.Notify', { what, mend }));
  }
  return findings;
}
