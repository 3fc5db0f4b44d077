/** What the gates of a run said, for every format that people read. */
import type { Report, ReportGate } from '../../model.ts';

/** Each judgement with its wave, in the order of the waves. */
export function gatesOf({ waves }: Report): { readonly wave: string; readonly gate: ReportGate }[] {
  return waves.flatMap(({ name, gate = [] }) => gate.map((one) => ({ wave: name, gate: one })));
}

/** `failure`, `failure (shadow)`. */
export function gateOutcome({ outcome, shadow }: ReportGate): string {
  return shadow ? `${outcome} (shadow)` : outcome;
}
