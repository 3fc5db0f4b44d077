/** The register of plans carried out. It holds the one run directory of each saved plan. */
import { dirname, join, resolve } from 'node:path';
import { type Clock, iso } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import { readTextIfPresent } from '../../files/open-file.ts';
import { makeFolder, replaceFile } from '../../files/write-file.ts';

/** A plan in the register. */
interface Registered {
  readonly runDirectory: string;
  readonly at: string;
}

async function registered(stateDirectory: string, digest: string): Promise<Registered | null> {
  const path = join(stateDirectory, 'carried-out', `${digest}.json`);
  const text = await readTextIfPresent(path, { subject: 'state' });
  try {
    return text === null ? null : (JSON.parse(text) as Registered);
  } catch {
    return null;
  }
}

/** True if the register names this directory for the plan, because its run started. */
export async function isRegistered(
  stateDirectory: string,
  digest: string,
  runDirectory: string,
): Promise<boolean> {
  return (await registered(stateDirectory, digest))?.runDirectory === resolve(runDirectory);
}

/**
 * Registers the run directory of a plan. With `check`, only checks whether that is possible.
 * @throws RefitError `already-carried-out` if the register names another run directory.
 */
export async function register(
  stateDirectory: string,
  digest: string,
  runDirectory: string,
  clock: Clock,
  { check }: { readonly check: boolean },
): Promise<void> {
  const path = join(stateDirectory, 'carried-out', `${digest}.json`);
  const here = resolve(runDirectory);
  const present = await registered(stateDirectory, digest);
  if (present?.runDirectory === here) return;
  if (present) {
    throw new RefitError(
      'already-carried-out',
      `this saved plan (${digest.slice(0, 8)}) was carried out in ${present.runDirectory} at ${present.at}`,
      `refit report ${present.runDirectory} shows the result; to resume it: refit apply SAVED --run-dir ${present.runDirectory}; for a further change, make a new plan: refit plan PLAN -o SAVED`,
    );
  }
  if (check) return;
  await makeFolder(dirname(path));
  await replaceFile(path, `${JSON.stringify({ runDirectory: here, at: iso(clock.now()) })}\n`);
}
