/**
 * What plans on schedule will do, before they are due. It never reads the live fleet. A saved plan says it itself. For every other
 * plan, the facts are those of the newest dry run that somebody made, or of the newest inventory of the folder.
 *
 *     dry run of the same text ──┐
 *     inventory ──planned once───┴──► the one with the newer reading of the fleet
 *
 * Nobody waits for a plan that is being made: the next question finds its facts.
 */
import { type Clock, iso } from '../../clock.ts';
import { sha256 } from '../../digest.ts';
import { messageOf, RefitError } from '../../errors.ts';
import { readSavedPlan } from '../../plan/saved/read-saved-plan.ts';
import type { RunsOfStore } from '../../store/ports.ts';
import { escapeControls } from '../../text.ts';
import { SECOND } from '../../units.ts';
import { userName } from '../machine.ts';
import type { FolderFile } from '../plans/plan-folder.ts';
import type { FolderPlanning } from '../plans/plan-in-folder.ts';
import { readPolicy } from '../read-policy.ts';
import { type NamedPlan, NOTHING_OFFERED } from '../runs/open-plan.ts';
import { showDryRun } from './dry-run-apart.ts';
import { openSavedPlan } from './open-review.ts';
import { neededApprovals, type PlanFacts, planFacts } from './plan-facts.ts';
import { type ReviewStage, reviewSavedPlan } from './review-saved-plan.ts';

/** What is known about a plan that is due. */
export type DueFacts =
  | {
      readonly state: 'known';
      /** A saved plan does exactly this. The others are planned again when they are due. */
      readonly from: 'saved' | 'inventory' | 'dry-run';
      readonly facts: PlanFacts;
      /** Where a saved plan stands; null: each due time makes a new plan. */
      readonly stage: ReviewStage | null;
      /** When the facts were found, ISO 8601 UTC. */
      readonly at: string;
    }
  | { readonly state: 'planning' }
  /** There is no inventory, and nobody made a dry run. */
  | { readonly state: 'unknown' }
  /** In English, escaped. */
  | { readonly state: 'failed'; readonly message: string; readonly fix: string | null };

/** A plan on schedule. */
export interface DuePlanFile {
  /** Its name in the folder or in the store. */
  readonly name: string;
  /** Of a saved plan; null: each due time makes a new plan. */
  readonly digest: string | null;
  /** Files that it names. */
  readonly files: readonly string[];
  /** Its text now; null: it is gone. */
  readonly read: () => Promise<string | null>;
}

interface PlanText {
  readonly name: string;
  readonly text: string;
}

export interface DuePlans {
  /** Says what is known now, and begins to find out the rest. @throws RefitError if the folder cannot be read. */
  factsOf(plan: DuePlanFile): Promise<DueFacts>;
  /** Keeps the facts of a dry run, for as long as the plan has this text and no later one has a newer reading. */
  keep(plan: PlanText, facts: PlanFacts): void;
  /** Resolves when nothing is being planned. */
  settled(): Promise<void>;
  /** Ends what is being planned. */
  close(): void;
}

/** How long the stage of a saved plan is kept, milliseconds: people approve and decline it meanwhile. */
const STAGE_KEPT = 10 * SECOND;
/** Plans whose facts are kept. The ones that were asked for last. */
const MOST_KEPT = 200;

interface Known {
  /** Everything that the facts are made from. */
  readonly key: string;
  readonly facts: DueFacts;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

/**
 * @param planning how plans of the folder are made; null: the console has no folder. @param runs of the store, for what people
 * signed there. @param isFolder whether the plans are files of that folder, and not in the store.
 */
export function createDuePlans(options: {
  readonly clock: Clock;
  readonly planning: FolderPlanning | null;
  readonly runs: Pick<RunsOfStore, 'signaturesOf'>;
  readonly isFolder: boolean;
}): DuePlans {
  const { clock, planning } = options;
  const { known, begin, ...finder } = createFinder(clock);
  const dryRuns = new Map<string, KeptDryRun>();
  const byInventory = async (
    plan: PlanText & Pick<DuePlanFile, 'files'>,
    version: string,
    from: FolderPlanning,
  ): Promise<DueFacts> => {
    const files = await from.folder.files();
    const inventory = files.find(({ kind }) => kind === 'inventory');
    if (inventory === undefined) return { state: 'unknown' };
    const policy = await readPolicy({ env: from.connection.env, named: from.policy });
    const named = files.filter(({ name }) => plan.files.includes(name));
    const key = [version, sha256(JSON.stringify(policy)), ...[inventory, ...named].map(stampOf)].join(' ');
    const before = known.get(plan.name);
    if (before?.key === key) return before.facts;
    const { name, text } = plan;
    const request = { name, text, inventory: inventory.name, price: false, user: userName() };
    return begin(plan.name, key, async () => {
      const { facts, findings } = await showDryRun(from, request, 'en', finder.signal);
      if (facts !== null)
        return { state: 'known', from: 'inventory', facts, stage: null, at: iso(clock.now()) };
      const first = findings.find(({ severity }) => severity === 'error');
      return { state: 'failed', message: first?.message ?? '', fix: first?.fix ?? null };
    });
  };
  const ofSaved = (plan: DuePlanFile, digest: string): DueFacts => {
    const before = known.get(plan.name);
    if (before?.key !== digest) return begin(plan.name, digest, () => readSaved(plan, options));
    if (before.facts.state === 'planning' || clock.now() - before.at < STAGE_KEPT) return before.facts;
    begin(plan.name, digest, () => readSaved(plan, options));
    // Until the new stage is known, the earlier one is shown.
    remember(known, plan.name, { ...before, at: clock.now() });
    return before.facts;
  };
  return {
    async factsOf(plan) {
      if (plan.digest !== null) return ofSaved(plan, plan.digest);
      const text = await plan.read();
      if (text === null) return { state: 'unknown' };
      const version = sha256(text);
      const kept = dryRuns.get(plan.name);
      const tried = kept?.version === version ? kept : null;
      const found: DueFacts =
        planning === null
          ? { state: 'unknown' }
          : await byInventory({ ...plan, text }, version, planning).catch(failed);
      if (tried === null || (found.state === 'known' && isNewer(found.facts, tried.facts))) return found;
      return { state: 'known', from: 'dry-run', facts: tried.facts, stage: null, at: iso(tried.at) };
    },
    keep({ name, text }, facts) {
      const version = sha256(text);
      const kept = dryRuns.get(name);
      // A look at an older inventory must not hide the prices of a newer reading.
      if (kept?.version === version && isNewer(kept.facts, facts)) return;
      remember(dryRuns, name, { version, facts, at: clock.now() });
    },
    settled: finder.settled,
    close: finder.close,
  };
}

/** A dry run of a text. */
interface KeptDryRun {
  readonly version: string;
  readonly facts: PlanFacts;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
}

/** Finds facts one after the other, and keeps what it found. */
function createFinder(clock: Clock) {
  const known = new Map<string, Known>();
  const over = new AbortController();
  let work: Promise<unknown> = Promise.resolve();
  return {
    known,
    signal: over.signal,
    begin(name: string, key: string, make: () => Promise<DueFacts>): DueFacts {
      const facts: DueFacts = { state: 'planning' };
      remember(known, name, { key, facts, at: clock.now() });
      const find = async () => {
        // Somebody changed the plan meanwhile.
        if (over.signal.aborted || known.get(name)?.key !== key) return;
        const made = await make().catch(failed);
        if (known.get(name)?.key === key) remember(known, name, { key, facts: made, at: clock.now() });
      };
      // Other people come in between.
      work = work.then(() => new Promise(setImmediate)).then(find, () => undefined);
      return facts;
    },
    async settled(): Promise<void> {
      await work;
    },
    close() {
      over.abort();
    },
  };
}

function remember<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  map.set(name, value);
  if (map.size > MOST_KEPT) map.delete(map.keys().next().value!);
}

const stampOf = ({ name, bytes, changedAt }: FolderFile): string => `${name} ${bytes} ${changedAt}`;

const isNewer = (one: PlanFacts, other: PlanFacts): boolean => one.inventory.readAt > other.inventory.readAt;

/** What a person reads about a plan that cannot be planned. */
function failed(error: unknown): DueFacts {
  const fix = error instanceof RefitError ? escapeControls(error.fix) : null;
  return { state: 'failed', message: escapeControls(messageOf(error)), fix };
}

async function readSaved(
  { name, read }: DuePlanFile,
  { clock, planning, runs, isFolder }: Parameters<typeof createDuePlans>[0],
): Promise<DueFacts> {
  const opened = isFolder && planning !== null ? await openSavedPlan(planning.folder, name, runs) : null;
  const plan = opened?.plan ?? storedPlan((await read()) ?? '', runs);
  const { env = {}, endpoint = null } = planning?.connection ?? {};
  const policy = await readPolicy({ env, named: planning?.policy ?? null });
  const now = clock.now();
  const judged = await reviewSavedPlan(plan, opened?.file ?? name, { now, policy, env, endpoint });
  const { review, approvals, stage } = judged;
  const facts = planFacts({ review, approvals: neededApprovals(approvals) });
  return { state: 'known', from: 'saved', facts, stage, at: iso(now) };
}

/** A saved plan of the store. @throws RefitError if the text is none. */
function storedPlan(text: string, runs: Pick<RunsOfStore, 'signaturesOf'>): NamedPlan {
  const saved = readSavedPlan(text);
  const stored = runs.signaturesOf(saved.digest);
  return { saved, signatures: stored ?? NOTHING_OFFERED, stored };
}
