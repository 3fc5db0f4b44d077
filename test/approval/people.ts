/** People with keys, the same in every test run, and a plan that needs their approval. */
import { createPrivateKey, hash } from 'node:crypto';
import { type PrivateKey, readSignerKey } from '../../src/approval/keys.ts';
import { approvalContent, encodeApproval } from '../../src/approval/signed-files.ts';
import { canonical } from '../../src/digest.ts';
import type { ApprovalFile, Approver, SavedPlan } from '../../src/model.ts';
import { sealDraft } from '../plan/fixtures/sealed-plan.ts';
import { savedPlan } from '../report/situations.ts';

export const HOUR = 3_600_000;
export const NOW: number = Date.UTC(2026, 0, 5, 2, 0, 0);

/** A private key made from a name, as PKCS#8 in PEM. */
export function pemOf(name: string): string {
  const head = Buffer.from('302e020100300506032b657004220420', 'hex');
  const key = Buffer.concat([head, hash('sha256', name, 'buffer')]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({
    format: 'pem',
    type: 'pkcs8',
  }) as string;
}

export function keyOf(name: string): PrivateKey {
  return readSignerKey(pemOf(name), name) as PrivateKey;
}

export function approver(name: string): Approver {
  return { name, key: keyOf(name).public.line };
}

/** The text of an approvers file. */
export function approversFile(names: readonly string[]): string {
  return names.map((name) => `- { name: ${name}, key: ${keyOf(name).public.line} ${name}@host }\n`).join('');
}

/** A plan of dba with three waves. It needs two of wei, jun and li, and its last wave needs its own approval. */
export const SAVED: SavedPlan = sealDraft({
  ...savedPlan(
    [0, 1, 2].map((wave) => ({
      instance: `crs-aaaa000${wave}`,
      changes: [{ memoryPerShard: 8192 }],
      wave,
    })),
    {
      owner: 'dba',
      approvals: { need: 2, authors: ['dba', 'ops'], approvers: ['wei', 'jun', 'li', 'DBA'].map(approver) },
    },
    ['canary', 'tenth', 'rest'],
  ),
  waves: ['canary', 'tenth', 'rest'].map((name, wave) => ({
    name,
    ...(wave === 0 ? {} : { approval: 'required' as const }),
    steps: [`crs-aaaa000${wave}/memoryPerShard`],
  })),
});

export interface Signing {
  readonly wave?: string | null;
  readonly by?: string;
  /** Whose key signs, if not the signer's own. */
  readonly key?: string;
  readonly digest?: string;
  /** Milliseconds from now. */
  readonly expires?: number;
}

/** What somebody signs, two hours good unless said otherwise. */
export function signed(
  name: string,
  more: Signing = {},
  saved: SavedPlan = SAVED,
  now: number = NOW,
): ApprovalFile {
  const { wave = null, by = name, key = name, digest = saved.digest, expires = 2 * HOUR } = more;
  const signer = keyOf(key);
  const content = approvalContent({ digest, wave, by }, signer.public, { now, expires });
  return { ...content, signature: signer.sign(canonical(content)).toString('base64') };
}

/** The same as a file. */
export function file(name: string, more: Signing = {}, saved?: SavedPlan, now?: number): string {
  return encodeApproval(signed(name, more, saved, now));
}
