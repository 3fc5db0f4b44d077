/** Signs a saved plan as the person who planned it, and reads who signed one. */
import { judgePlanners } from '../approval/judge-planners.ts';
import type { Signer } from '../approval/keys.ts';
import { encodeSignature, signPlan } from '../approval/signed-files.ts';
import { RefitError } from '../errors.ts';
import { pick } from '../given.ts';
import { message, textOf } from '../messages/messages.ts';
import type { Message, PlannedBy, PlanSignature, Policy, SavedPlan } from '../model.ts';
import { missingPlanners } from '../policy/judge-policy.ts';
import { folderSignatures, planSignaturePath } from '../store/folder/signed-files.ts';
import type { RunSignatures } from '../store/ports.ts';
import { STDIO, writeOutput } from './named-files.ts';
import { type PolicyOptions, readPolicy } from './read-policy.ts';
import { readSigningKey, type SigningOptions, signerName } from './signing-key.ts';

/** The person who plans: a name and a key. */
export interface Planner {
  readonly by: string;
  readonly key: Signer;
}

/** Finds name and key before anything is planned. @throws RefitError `usage` as `readSigningKey` does. */
export async function readPlanner(
  options: Pick<SigningOptions, 'key' | 'as' | 'env' | 'out'>,
): Promise<Planner> {
  if (options.out === undefined)
    throw new RefitError('usage', '--sign needs a saved plan to sign', 'add -o SAVED');
  if (options.out === STDIO)
    throw new RefitError(
      'usage',
      '--sign writes a signature beside the saved plan, and stdout (-o -) has no place for it',
      'write the saved plan to a file: -o SAVED',
    );
  const by = signerName(options);
  return { by, key: (await readSigningKey(options)).key };
}

/**
 * Finds the key with which a scheduler signs the plans that it makes.
 * @returns asks the policy, as it is then, why it would refuse them. @throws RefitError `usage` as `readSigningKey` does.
 */
export async function createPlannerCheck(
  { sign, as }: Pick<SigningOptions, 'as'> & { readonly sign?: string | undefined },
  policyOptions: PolicyOptions,
): Promise<() => Promise<Message | null>> {
  const keys: string[] = [];
  if (sign !== undefined) {
    signerName({ as });
    keys.push((await readSigningKey({ key: sign, env: policyOptions.env })).key.public.line);
  }
  return async () => missingPlanners(await readPolicy(policyOptions), keys);
}

/** Signs a saved plan. @param now milliseconds since 1970 UTC. @throws RefitError `usage` if ssh-agent does not sign. */
export function signSavedPlan(saved: SavedPlan, { by, key }: Planner, now: number): Promise<PlanSignature> {
  return signPlan({ digest: saved.digest, by }, key, now);
}

/** Writes the signature beside the saved plan. @param file the path of the saved plan. @returns the path. */
export async function writePlanSignature(file: string, signature: PlanSignature): Promise<string> {
  const path = planSignaturePath(file, signature);
  await writeOutput(path, encodeSignature(signature));
  return path;
}

/**
 * Reads who signed a saved plan as its planner.
 * @param from the path of the saved plan, beside which the signatures are; or what is offered for it. @param policy its lists of planners decide whose names count. @returns `notes`: why files do not count, one line each.
 */
export async function readPlanners(
  saved: SavedPlan,
  from: string | RunSignatures,
  { rules }: Pick<Policy, 'rules'>,
): Promise<{ readonly plannedBy?: readonly PlannedBy[]; readonly notes: readonly string[] }> {
  const trusted = rules.flatMap((rule) => (rule.kind === 'plannedBy' ? rule.signers : []));
  const { planned, rejected } = judgePlanners(
    saved.digest,
    await (typeof from === 'string' ? folderSignatures(from, null) : from).offered('planSignatures'),
    trusted,
  );
  const notes = rejected.map((one) => textOf(message('approval.does-not-count', one)));
  if (planned.length === 0) return { notes };
  return { plannedBy: planned.map((one) => pick(one, 'name', 'verified', 'fingerprint', 'signedAt')), notes };
}
