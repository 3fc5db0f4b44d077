/** The folder of plans: lists it, opens, checks, plans, saves and seals. */
import { iso } from '../../../clock.ts';
import { RefitError } from '../../../errors.ts';
import { checkPlan } from '../../../operations/plans/check-plan.ts';
import {
  readPlanText,
  readWithin,
  removePlan,
  versionOf,
  writePlanText,
} from '../../../operations/plans/edit-plans.ts';
import { exactFixes } from '../../../operations/plans/exact-fixes.ts';
import { firstPlan, inventoryNames, readPlanSchema } from '../../../operations/plans/first-plan.ts';
import { listPlans } from '../../../operations/plans/list-plans.ts';
import { parseApart } from '../../../operations/plans/parse-apart.ts';
import {
  demandsPlanner,
  freeNameFor,
  type RunChanges,
  sealInFolder,
} from '../../../operations/plans/plan-in-folder.ts';
import { inWordsOf, showDryRun } from '../../../operations/reviews/dry-run-apart.ts';
import { showFindings } from '../../../operations/reviews/show-review.ts';
import { listRuns } from '../../../operations/runs/read-run.ts';
import type {
  DryRunAnswer,
  PlanFile,
  PlanList,
  SavedVersion,
  SealAnswer,
  StarterText,
  ValidateAnswer,
} from '../../api/plans.ts';
import type { DuePlanView } from '../../api/schedule.ts';
import { folderPlanning } from '../console-provider.ts';
import type { ConsoleContext, Route } from '../context.ts';
import { createNewestOnly } from '../newest-only.ts';
import { dueViews } from '../record/schedule-view.ts';
import { forAWhile } from './audit.ts';
import { folderOf, languageFrom, textFrom, wordFrom } from './plan-requests.ts';

/** Runs in which the list looks for those of saved plans. */
const RUNS_READ = 100;

/** One dry run for each person. */
const dryRuns = createNewestOnly();
const seals = createNewestOnly();

export const planRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/plans',
    action: 'see',
    async answer(_, context): Promise<PlanList> {
      if (context.plans === null)
        return { folder: null, plans: [], saved: [], inventories: [], others: [], due: [] };
      const [{ plans, saved, inventories, others }, runs, due] = await Promise.all([
        listPlans(context.plans),
        latestRuns(context),
        dueOfFolder(context),
      ]);
      return {
        ...{ folder: context.plans.path, plans, inventories, others, due },
        saved: saved.map((one) => ({ ...one, run: runs.get(one.about?.digest ?? '')?.[0] ?? null })),
      };
    },
  },
  {
    method: 'POST',
    path: '/plans/starter',
    action: 'plan',
    async answer({ body }, context): Promise<StarterText> {
      const { inventory, region, profile, select, ids, day } = (body ?? {}) as Readonly<
        Record<string, unknown>
      >;
      const request = {
        inventory: wordFrom(inventory),
        region: wordFrom(region),
        profile: wordFrom(profile),
        select: wordFrom(select),
        ids: Array.isArray(ids) ? ids.filter((one) => typeof one === 'string') : [],
      };
      const { clock, provider } = context;
      const isDay = typeof day === 'string' && /^\d{4}-\d\d-\d\d$/.test(day);
      return await firstPlan(folderOf(context), request, {
        day: isDay ? day : iso(clock.now()).slice(0, 10),
        profile: provider.profile,
      });
    },
  },
  {
    method: 'POST',
    path: '/plans/validate',
    action: 'plan',
    async answer({ body }, context): Promise<ValidateAnswer> {
      const folder = folderOf(context);
      const { name, text } = textFrom(body);
      const path = folder.pathOf(name);
      const { plan, findings } = await checkPlan(Buffer.from(text), path, {
        clock: context.clock,
        readNamed: readWithin(folder),
        parse: parseApart,
      });
      const shown = await showFindings(findings, languageFrom(body));
      const fixes = exactFixes(text, findings.slice(0, shown.length));
      return {
        isValid: plan !== null && findings.every(({ severity }) => severity !== 'error'),
        findings: shown.map((one, at) => ({ ...one, ...fixes[at]! })),
        found: findings.length,
      };
    },
  },
  {
    method: 'POST',
    path: '/plans/dry-run',
    action: 'plan',
    async answer({ body, person }, context): Promise<DryRunAnswer> {
      const { name, text } = textFrom(body);
      const { inventory, price } = body as Readonly<Record<string, unknown>>;
      const from = wordFrom(inventory);
      const request = {
        ...{ name, text, user: person.name, price: price === true },
        inventory: from === 'live' ? null : from,
      };
      if (from === null) throw malformed();
      const started = context.clock.now();
      const { facts, ...result } = await dryRuns.run(person.name, async (signal) => {
        const changes = await changesSince(context, request.inventory);
        return await showDryRun(planningOf(context), { ...request, changes }, languageFrom(body), signal);
      });
      if (facts !== null) context.record.due.keep({ name, text }, facts);
      return { ...result, took: context.clock.now() - started };
    },
  },
  {
    method: 'POST',
    path: '/plans/save',
    action: 'plan',
    async answer({ body }, context): Promise<Pick<PlanFile, 'name' | 'version'>> {
      const { name, text } = textFrom(body);
      const base = wordFrom((body as Readonly<Record<string, unknown>>).base);
      return { name, version: await writePlanText(folderOf(context), name, { text, base }) };
    },
  },
  {
    method: 'POST',
    path: '/plans/remove',
    action: 'plan',
    async answer({ body }, context): Promise<object> {
      const { name, version } = (body ?? {}) as Readonly<Record<string, unknown>>;
      if (typeof name !== 'string' || typeof version !== 'string') throw malformed();
      await removePlan(folderOf(context), name, version);
      return {};
    },
  },
  { method: 'GET', path: '/plans/schema', action: 'see', answer: readPlanSchema },
  {
    method: 'GET',
    path: '/plans/saved-version',
    action: 'plan',
    async answer({ query }, context): Promise<SavedVersion> {
      const name = wordFrom(query.name) ?? '';
      const version = await versionOf(folderOf(context), name);
      if (version === null) return { version, runs: [], approvals: 0 };
      const [{ saved }, runs] = await Promise.all([listPlans(folderOf(context)), latestRuns(context)]);
      const about = saved.find((one) => one.file === name)?.about ?? null;
      return {
        version,
        runs: (runs.get(about?.digest ?? '') ?? []).map(({ id }) => id),
        approvals: about?.offered ?? 0,
      };
    },
  },
  {
    method: 'POST',
    path: '/plans/seal',
    action: 'plan',
    async answer({ body, person }, context): Promise<SealAnswer> {
      const { name, version, saveAs, replaces, price } = (body ?? {}) as Readonly<Record<string, unknown>>;
      if (typeof name !== 'string' || typeof version !== 'string' || typeof saveAs !== 'string')
        throw malformed();
      const request = { name, version, saveAs, replaces: wordFrom(replaces), price: price === true };
      const result = await seals.run(person.name, (signal) =>
        sealInFolder(planningOf(context), { ...request, user: person.name }, signal),
      );
      const digest = result.sealed?.plan.digest ?? null;
      const said = { text: '', language: languageFrom(body), now: context.clock.now() };
      const { review, findings } = await inWordsOf(result, said);
      return { review, findings, saved: digest === null ? null : saveAs, digest };
    },
  },
  {
    method: 'GET',
    path: '/plans/:name',
    action: 'see',
    async answer({ params: { name = '' } }, context): Promise<PlanFile> {
      const folder = folderOf(context);
      const { text, version } = await readPlanText(folder, name);
      const [saveAs, mustBeSigned] = await Promise.all([
        freeNameFor(folder, name, context.clock.now()),
        demandsPlanner(planningOf(context)),
      ]);
      return { name, text, version, saveAs, mustBeSigned };
    },
  },
  {
    method: 'GET',
    path: '/inventories/:name/names',
    action: 'see',
    answer: async ({ params }, context) => await inventoryNames(folderOf(context), params.name ?? ''),
  },
];

const planningOf = (context: ConsoleContext) =>
  folderPlanning(folderOf(context), context.provider, context.clock);

/** Runs in which a dry run looks for changes of its inventory. */
const RUNS_SINCE = 20;

/** What runs have changed since somebody read an inventory of the folder. @param inventory null: the fleet is live. */
async function changesSince(context: ConsoleContext, inventory: string | null): Promise<RunChanges[]> {
  if (inventory === null) return [];
  const { inventories } = await listPlans(folderOf(context));
  const from = inventories.find(({ file }) => file === inventory)?.readAt ?? null;
  if (from === null) return [];
  const { runs } = await forAWhile(context.clock, (signal) =>
    context.record.audit.find({ from, outcome: 'verified' }, RUNS_SINCE, signal),
  );
  return runs.map(({ id, plan, endedAt, matches }) => ({
    ...{ run: id, plan, at: endedAt, instances: matches.map(({ instance }) => instance) },
  }));
}

/** The plans of the folder that are on schedule. */
async function dueOfFolder({ record }: ConsoleContext): Promise<DuePlanView[]> {
  const { schedule } = record;
  if (schedule?.kind !== 'folder') return [];
  try {
    const read = await schedule.read();
    return dueViews(read, schedule, { facts: await record.factsOf(read) });
  } catch (error) {
    // The page of the schedule says why.
    if (error instanceof RefitError) return [];
    throw error;
  }
}

type LatestRun = NonNullable<PlanList['saved'][number]['run']>;

/** The latest runs by the digest of their plans, the newest first. */
async function latestRuns({ runs }: ConsoleContext): Promise<ReadonlyMap<string, readonly LatestRun[]>> {
  const { runs: listed } = await listRuns(runs, RUNS_READ);
  const ids = new Map<string, LatestRun[]>();
  for (const { run, plan, status, totals } of listed) {
    if (run === null || plan === null) continue;
    ids.set(plan.digest, [...(ids.get(plan.digest) ?? []), { id: run.id, status, totals }]);
  }
  return ids;
}

const malformed = (): RefitError =>
  new RefitError('usage', 'this request lacks something', 'reload the page of the console, and try again');
