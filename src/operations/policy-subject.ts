/** Collects what the policy judges a plan by: the approvals beside a saved plan, and the tags of its instances. */
import { judgePlanners } from '../approval/judge-planners.ts';
import type { CloudReader } from '../cloud/cloud.ts';
import type { Instance, Inventory, Policy, SavedPlan, UnsealedPlan } from '../model.ts';
import type { PolicySubject } from '../policy/judge-policy.ts';
import { offeredApprovals } from '../store/offered-approvals.ts';
import type { RunSignatures } from '../store/ports.ts';

/** What is known before a run connects. */
type Known = Pick<PolicySubject, 'now' | 'env' | 'endpoint'>;

/** A saved plan with the signatures that are offered for it. */
export async function savedSubject(
  saved: SavedPlan,
  signatures: Pick<RunSignatures, 'offered' | 'offeredElsewhere'>,
  known: Known,
): Promise<PolicySubject> {
  const offered = await offeredApprovals(signatures);
  const byPlanners = await signatures.offered('planSignatures');
  // The policy knows the names of the keys.
  const verifiedPlanners = judgePlanners(saved.digest, byPlanners, []).planned.map(
    ({ signature }) => signature.key,
  );
  return { plan: saved, ...known, tags: null, verifiedPlanners, offered };
}

/** A plan that is made now. Signatures come later. @param inventory the instances that it is made from; null if unknown. */
export function plannedSubject(
  plan: UnsealedPlan | SavedPlan,
  inventory: Pick<Inventory, 'instances'> | null,
  { now, endpoint }: Omit<Known, 'env'>,
): PolicySubject {
  let tags: PolicySubject['tags'] = null;
  return {
    plan,
    now,
    endpoint,
    /** Made when a rule needs it, because a fleet may have a million instances. */
    get tags() {
      tags ??= inventory && new Map(inventory.instances.map(({ id, tags: own }) => [id, own]));
      return tags;
    },
    env: null,
    verifiedPlanners: null,
    offered: null,
  };
}

/** Whether the policy asks for the tags of instances. */
export function needsTags({ rules }: Policy): boolean {
  return rules.some((rule) => rule.kind === 'approvals' && rule.when?.tags !== undefined);
}

/** The instances of a plan, as the provider has them now. An author cannot leave out a tag. */
export async function readPresent(
  reader: Pick<CloudReader, 'describeInstances'>,
  { steps }: Pick<SavedPlan, 'steps'>,
): Promise<ReadonlyMap<string, Instance>> {
  const present = new Map<string, Instance>();
  const scopes = Map.groupBy(steps, ({ region, profile }) => `${profile} ${region}`);
  for (const own of scopes.values()) {
    const ids = [...new Set(own.map(({ instance }) => instance))];
    for (const one of await reader.describeInstances(own[0]!, ids)) present.set(one.id, one);
  }
  return present;
}
