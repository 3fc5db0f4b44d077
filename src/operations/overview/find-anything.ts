/** Finds what a person names without saying what it is: a plan, a run, an instance, an order or a task. */
import { escapeControls } from '../../text.ts';
import type { AuditIndex } from '../audit/find-steps.ts';
import type { FleetQuery } from '../fleet/query-fleet.ts';
import { listPlans } from '../plans/list-plans.ts';
import type { PlanFolder } from '../plans/plan-folder.ts';

/** How many of each kind are in an answer. */
const MOST = 8;

/** What was found of each kind, the newest first. Texts are escaped. */
export interface FoundAnything {
  readonly plans: readonly {
    readonly kind: 'plan' | 'saved-plan';
    readonly file: string;
    readonly name: string | null;
  }[];
  readonly runs: readonly { readonly id: string; readonly plan: string; readonly change: string | null }[];
  /** Steps with a number, an id or a reason that has the text. */
  readonly steps: readonly {
    readonly run: string;
    readonly plan: string;
    readonly instance: string;
    readonly name: string;
    /** The order or request that has the text; null: something else of the step has it. */
    readonly number: string | null;
  }[];
  /** Of the fleet that was read, and of steps. */
  readonly instances: readonly {
    readonly id: string;
    readonly name: string;
    readonly region: string;
    /** Whose fleet has it; null: only a run names it. */
    readonly profile: string | null;
  }[];
}

/** @param text in any letter case. @param sources null where there is none. @param enough aborted when no further run is read. */
export async function findAnything(
  text: string,
  sources: {
    readonly audit: AuditIndex;
    readonly plans: PlanFolder | null;
    readonly fleet: FleetQuery | null;
  },
  enough: AbortSignal,
): Promise<FoundAnything> {
  const { audit, plans, fleet } = sources;
  const byText = await audit.find({ text }, MOST, enough);
  const byInstance = await audit.find({ instance: text }, MOST, enough);
  const ofFleet = fleet === null ? [] : instancesOf(fleet, text);
  const steps = [...byText.runs, ...byInstance.runs].flatMap(({ id, plan, matches }) =>
    matches.map((step) => ({ run: id, plan: escapeControls(plan), step })),
  );
  const known = new Map(ofFleet.map((one) => [one.id, one]));
  for (const { step } of steps.filter(({ step }) => has(step.name, text) || has(step.instance, text)))
    if (!known.has(step.instance))
      known.set(step.instance, {
        ...{ id: escapeControls(step.instance), name: escapeControls(step.name) },
        ...{ region: escapeControls(step.region), profile: null },
      });
  return {
    plans: plans === null ? [] : (await plansOf(plans, text)).slice(0, MOST),
    runs: byText.runs
      .filter(({ found }) => found === null)
      .map(({ id, plan, change }) => ({
        ...{ id, plan: escapeControls(plan), change: change && escapeControls(change) },
      })),
    steps: byText.runs
      .flatMap(({ id, plan, matches }) =>
        matches.map(({ instance, name, orders, requestIds }) => ({
          ...{ run: id, plan: escapeControls(plan) },
          ...{ instance: escapeControls(instance), name: escapeControls(name) },
          number: [...orders, ...requestIds].map(escapeControls).find((one) => has(one, text)) ?? null,
        })),
      )
      .slice(0, MOST),
    instances: [...known.values()].slice(0, MOST),
  };
}

const has = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());

function instancesOf(query: FleetQuery, text: string): FoundAnything['instances'] {
  const { fleet } = query;
  const none = { profile: [], region: [], zone: [], edition: [], status: [] };
  const rows = query.find({ ...none, text, type: [], tags: [], use: null }, { by: 'id', isDown: false });
  return [...rows.subarray(0, MOST)].map((row) => ({
    id: escapeControls(fleet.ids[row]!),
    name: escapeControls(fleet.names[row]!),
    region: escapeControls(fleet.texts.region.at(row)),
    profile: escapeControls(fleet.texts.profile.at(row)),
  }));
}

async function plansOf(folder: PlanFolder, text: string): Promise<FoundAnything['plans']> {
  const { plans, saved } = await listPlans(folder);
  return [
    ...plans.map(({ file, name }) => ({ kind: 'plan' as const, file, name })),
    ...saved.map(({ file, about }) => ({ kind: 'saved-plan' as const, file, name: about?.name ?? null })),
  ].filter(({ file, name }) => has(`${file} ${name ?? ''}`, text));
}
