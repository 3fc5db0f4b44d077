/** Names the policy that held, the same in reviews and reports. */
import { english, type Words } from '../messages/words.ts';
import type { PolicyUsed } from '../model.ts';

/** `1f0c2ab9 from /etc/refit/policy.yaml`; `none` without a policy. */
export function describePolicy(policy: PolicyUsed | null, { report: say }: Words = english): string {
  return policy === null ? say.noPolicy : say.policyFrom(policy.digest.slice(0, 8), policy.files);
}
