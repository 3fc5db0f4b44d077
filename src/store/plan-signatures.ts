import { judgePlanners } from '../approval/judge-planners.ts';
import { encodeSignature, signatureName } from '../approval/signed-files.ts';
import type { SavedPlan } from '../model.ts';
import type { RunSignatures } from './ports.ts';

/** Keeps the good signatures of planners with the run, so that the evidence of the run has them. */
export async function keepPlanSignatures(
  { digest }: Pick<SavedPlan, 'digest'>,
  signatures: RunSignatures,
): Promise<void> {
  const { planned } = judgePlanners(digest, await signatures.offered('planSignatures'), []);
  if (planned.length === 0) return;
  const files = planned.map(({ signature }) => ({
    name: signatureName(signature),
    text: encodeSignature(signature),
  }));
  await signatures.keep('planSignatures', files);
}
