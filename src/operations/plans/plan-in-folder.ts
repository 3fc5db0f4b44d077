/** Dry runs and seals of the plans of a folder, as `refit plan` makes them. */
import { iso } from '../../clock.ts';
import { RefitError } from '../../errors.ts';
import type { Finding, Inventory, PlanReview, Policy, SealedReview } from '../../model.ts';
import { decodePlan } from '../../plan/parse/decode-plan.ts';
import { encodeSavedPlan } from '../../plan/saved/seal-plan.ts';
import type { PolicySubject } from '../../policy/judge-policy.ts';
import { NO_POLICY } from '../../policy/tighten.ts';
import { type ConnectOptions, connectReader } from '../connect.ts';
import { shortPath } from '../machine.ts';
import { readPolicy } from '../read-policy.ts';
import { readPlanText, readWithin, writeSavedPlan } from './edit-plans.ts';
import { readFolderInventory } from './first-plan.ts';
import { parseApart, SMALL_TEXT } from './parse-apart.ts';
import { pastDurations } from './past-durations.ts';
import { type PlanOptions, planFleet } from './plan-fleet.ts';
import type { PlanFolder } from './plan-folder.ts';
import { historyOf } from './read-use.ts';

/** A folder, and how to reach the provider for it. */
export interface FolderPlanning {
  readonly folder: PlanFolder;
  readonly connection: ConnectOptions & Required<Pick<ConnectOptions, 'clock'>>;
  /** Whose keys; null: `default`. */
  readonly profile: string | null;
  /** The region of plans without their own; null: none. */
  readonly region: string | null;
  /** The file of `--policy`; null: the policies of the machine and of the user only. */
  readonly policy: string | null;
  /** The value of `--store`, which has the history of use; absent: that of the environment. */
  readonly store?: string | undefined;
}

/** What to plan. */
export interface DryRun {
  /** The name of the plan in the folder, which need not exist. */
  readonly name: string;
  readonly text: string;
  /** A file of the folder; null: the live fleet. */
  readonly inventory: string | null;
  /** Also ask the provider for prices. */
  readonly price: boolean;
  /** The person, who may not approve the plan. */
  readonly user: string;
  /** What runs have changed since somebody read the inventory, the newest first. Absent: it is not known. */
  readonly changes?: readonly RunChanges[] | undefined;
}

/** Instances that a run has changed. */
export interface RunChanges {
  /** The id of the run, and the name of its plan. */
  readonly run: string;
  readonly plan: string;
  /** When it ended, ISO 8601 UTC; null: it goes on. */
  readonly at: string | null;
  readonly instances: readonly string[];
}

/** What a dry run found; `review` is null for a text that is no valid plan. */
export interface DryRunResult {
  readonly review: PlanReview | null;
  readonly findings: readonly Finding[];
  /** What it was made from; null: nothing was planned. */
  readonly fleet: PlannedFleet | null;
}

/** What a plan was made from, besides its text. */
export interface PlannedFleet extends Pick<Inventory, 'instances'> {
  readonly policy: Policy;
  /** The plan as the policy judged it. */
  readonly subject: PolicySubject;
}

/**
 * Plans a text against an inventory or the live fleet. It changes nothing.
 * @param signal ends the reads of the provider. @throws the reason of the signal, and as `planFleet` does.
 */
export async function dryRunInFolder(
  planning: FolderPlanning,
  { name, text, inventory, price, user }: DryRun,
  signal: AbortSignal,
): Promise<DryRunResult> {
  const unplanned = await faultsOf(planning.folder, { name, text });
  if (unplanned !== null) return unplanned;
  const options = await optionsOf(planning, user);
  if (inventory !== null)
    return await dryRunOfInventory(planning.folder, { name, text, inventory, price }, options);
  const path = shortPath(planning.folder.pathOf(name));
  return await readLive(planning.connection, signal, (from) =>
    planWithFleet(text, path, { ...options, from, price }),
  );
}

/** Plans, and keeps what the plan was made from. */
async function planWithFleet(text: string, path: string, options: PlanOptions): Promise<DryRunResult> {
  let subject: PolicySubject | null = null;
  let instances: Inventory['instances'] = [];
  const result = await planFleet(text, path, {
    ...options,
    onJudge: (one) => {
      subject = one;
    },
    onFleet: (one) => {
      instances = one.instances;
    },
  });
  const { policy = NO_POLICY } = options;
  return { ...result, fleet: subject && { instances, policy, subject } };
}

/** A text that is no plan, or takes too long to parse, gets no further. @returns null: it can be planned. */
export async function faultsOf(
  folder: PlanFolder,
  { name, text }: Pick<DryRun, 'name' | 'text'>,
): Promise<DryRunResult | null> {
  const path = shortPath(folder.pathOf(name));
  const decoded = decodePlan(Buffer.from(text), path);
  if (decoded.text === null) return { review: null, findings: decoded.findings, fleet: null };
  if (text.length <= SMALL_TEXT) return null;
  const { plan, findings } = await parseApart(text, path);
  return plan === null ? { review: null, findings, fleet: null } : null;
}

/** Options of `planFleet` that do not depend on the fleet. */
export type FolderOptions = Omit<PlanOptions, 'from' | 'price'>;

/** Plans a text without faults against an inventory of the folder. @throws RefitError as `planFleet` does. */
export async function dryRunOfInventory(
  folder: PlanFolder,
  { name, text, inventory, price }: Omit<DryRun, 'user'> & { readonly inventory: string },
  options: FolderOptions,
): Promise<DryRunResult> {
  const from = { inventory: await readFolderInventory(folder, inventory), source: inventory };
  return await planWithFleet(text, shortPath(folder.pathOf(name)), { ...options, from, price });
}

/** What to seal. */
export interface Sealing extends Pick<DryRun, 'name' | 'price' | 'user'> {
  /** The version of the plan that the person sees. */
  readonly version: string;
  /** The file for the saved plan. */
  readonly saveAs: string;
  /** The version of the saved plan that it replaces; null: the name must be free. */
  readonly replaces: string | null;
}

/**
 * Plans a file of the folder against the live fleet, and writes the saved plan.
 * @returns the review. The saved plan is written unless the plan is blocked.
 * @throws RefitError `file-changed` if the plan or the saved plan is not the version that the person sees.
 */
export async function sealInFolder(
  planning: FolderPlanning,
  { name, price, user, version, saveAs, replaces }: Sealing,
  signal: AbortSignal,
): Promise<DryRunResult & { readonly sealed: SealedReview | null }> {
  const { folder } = planning;
  folder.pathOf(saveAs);
  const read = await readPlanText(folder, name);
  if (read.version !== version)
    throw new RefitError(
      'file-changed',
      `${name} changed on disk after you opened it; nothing was sealed`,
      'compare both versions, then seal again',
      { about: { id: 'refusal.file-changed', params: { name } } },
    );
  const request = { name, text: read.text, inventory: null, price, user };
  const result = await dryRunInFolder(planning, request, signal);
  const { review } = result;
  if (review === null || review.verdict === 'blocked') return { ...result, sealed: null };
  signal.throwIfAborted();
  await writeSavedPlan(folder, saveAs, { text: encodeSavedPlan(review.plan), replaces });
  return { ...result, sealed: review };
}

/** A name for a saved plan that the folder does not have: `grow.json`, `grow-20261130-1905.json`. @param now ms since 1970 UTC. */
export async function freeNameFor(folder: PlanFolder, plan: string, now: number): Promise<string> {
  // In lower case, because on some disks two names that differ only in case are one file.
  const taken = new Set((await folder.files()).map(({ name }) => name.toLowerCase()));
  const base = plan.replace(/\.ya?ml$/, '');
  const stamp = iso(now).slice(0, 16).replace(/[-:]/g, '').replace('T', '-');
  const names = [`${base}.json`, `${base}-${stamp}.json`];
  return names.find((name) => !taken.has(name.toLowerCase())) ?? `${base}-${stamp}-${taken.size}.json`;
}

/** Whether the policy accepts only plans that their planners signed. @throws RefitError `policy-invalid` */
export async function demandsPlanner({
  connection: { env },
  policy: named,
}: Pick<FolderPlanning, 'connection' | 'policy'>): Promise<boolean> {
  const { rules } = await readPolicy({ env, named });
  return rules.some(({ kind }) => kind === 'plannedBy');
}

/** The options of plans of a folder. @param user the author. @throws RefitError `policy-invalid` */
export async function optionsOf(
  { folder, connection, profile, region, policy, store }: FolderPlanning,
  user: string,
): Promise<FolderOptions> {
  const { env, clock, endpoint } = connection;
  return {
    ...{ profile, region, user, clock },
    readNamed: readWithin(folder),
    policy: await readPolicy({ env, named: policy }),
    durations: await pastDurations({ env, clock, endpoint: endpoint ?? undefined }),
    history: historyOf({ store, env }, endpoint ?? undefined),
  };
}

/** Reads the provider until the signal, and always releases the network. */
async function readLive<T>(
  connection: ConnectOptions,
  signal: AbortSignal,
  read: (from: ReturnType<typeof connectReader>) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const reader = connectReader(connection);
  const reading = read(reader);
  // After an abort nobody waits for it, and its failure is of no interest.
  reading.catch(() => undefined);
  try {
    return await Promise.race([reading, rejectionOf(signal)]);
  } finally {
    await reader.close();
  }
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
