/** Seals a saved plan again after a change, as anyone with an editor can: a digest is no signature. */
import { canonicalDigest } from '../../src/digest.ts';

/** Any JSON object. An attacker knows no types. */
// biome-ignore lint/suspicious/noExplicitAny: an attack changes whatever it likes
export type Forged = any;

/** The text of a saved plan file, changed and sealed again. @param change may change the plan, or return another. */
export function reseal(text: string, change: (plan: Forged) => unknown): string {
  const { digest: _, ...plan } = JSON.parse(text) as Forged;
  const changed = change(plan);
  return sealText(typeof changed === 'object' && changed !== null ? changed : plan);
}

/** The text of any value with a digest that fits. */
export function sealText(plan: object): string {
  const plain = JSON.parse(JSON.stringify(plan)) as object;
  return `${JSON.stringify({ ...plain, digest: canonicalDigest(plain) }, null, 2)}\n`;
}
