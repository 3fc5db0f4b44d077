/** Names the policy that held, the same in reviews and reports. */
import type { PolicyUsed } from '../model.ts';

/** `1f0c2ab9 from /etc/refit/policy.yaml`; `none` without a policy. */
export function describePolicy(policy: PolicyUsed | null): string {
  return policy === null ? 'none' : `${policy.digest.slice(0, 8)} from ${policy.files.join(', ')}`;
}
