/** Plans a rollback or a retry of a run, and keeps it in the folder of plans. */
import { iso } from '../../clock.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';
import type { PlanReview, PlanSource } from '../../model.ts';
import { encodeSavedPlan } from '../../plan/saved/seal-plan.ts';
import type { RunReader } from '../../store/ports.ts';
import { type ConnectOptions, connectReader } from '../connect.ts';
import { writeOutput } from '../named-files.ts';
import { readPolicy } from '../read-policy.ts';
import { pastDurations } from './past-durations.ts';
import { planFromRun } from './plan-fleet.ts';
import type { PlanFolder } from './plan-folder.ts';

export interface PlanAgainOptions {
  readonly folder: PlanFolder;
  readonly connection: ConnectOptions & Required<Pick<ConnectOptions, 'clock'>>;
  /** The file of `--policy`; null: the policies of the machine and of the user only. */
  readonly policy: string | null;
  /** Who plans; this person may not approve it. */
  readonly user: string;
}

/**
 * Reads the provider and plans. It orders nothing.
 * @returns the review, and the name of the saved plan; null: it is blocked or changes nothing, so there is no file.
 * @throws RefitError as `planFromRun` and `writeOutput` do.
 */
export async function planAgain(
  kind: PlanSource['kind'],
  run: RunReader,
  { folder, connection, policy: named, user }: PlanAgainOptions,
): Promise<{ readonly review: PlanReview; readonly saved: string | null }> {
  const { clock, env, endpoint } = connection;
  const name = await freeName(folder, kind, run.id, clock.now());
  const saveAs = folder.pathOf(name);
  const policy = await readPolicy({ env, named });
  const durations = await pastDurations({ env, clock, endpoint: endpoint ?? undefined });
  const reader = connectReader(connection);
  try {
    const review = await planFromRun(kind, run, { from: reader, clock, policy, durations, saveAs, user });
    if (review.verdict !== 'ready') return { review, saved: null };
    await writeOutput(saveAs, encodeSavedPlan(review.plan));
    return { review, saved: name };
  } finally {
    await reader.close();
  }
}

/** A name that no file has: `rollback-1f0c2ab9-20261124T173000Z.json`. */
async function freeName(folder: PlanFolder, kind: string, run: string, now: number): Promise<string> {
  const taken = new Set((await folder.files()).map(({ name }) => name));
  const of = run.replace(/^.*-/, '').replace(/[^\w]/g, '').slice(0, 20) || 'run';
  const at = iso(now).slice(0, 19).replace(/[-:]/g, '');
  for (let nth = 1; nth < 100; nth++) {
    const name = `${kind}-${of}-${at}Z${nth === 1 ? '' : `-${nth}`}.json`;
    if (!taken.has(name)) return name;
  }
  throw refitError('usage', message('error.too-many-again'));
}
