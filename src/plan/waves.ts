/** Which instances belong to which wave. Waves count instances: all steps of one instance are in one wave. */

import { unreachable } from '../errors.ts';
import type { Finding, PlanWave, Take } from '../model.ts';
import { say } from '../rules/check.ts';
import { count } from '../rules/say-size.ts';

/** A wave's share of the planned instances: from `start` up to, not including, `end`, in target order. */
export interface Share {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly approval?: 'required';
}

/**
 * Shares `planned` instances out. Percentages are of all planned instances, rounded up. What no wave takes goes into
 * a last one named `rest`; a wave that is left nothing is not kept. Both are told.
 */
export function shareOut(
  waves: readonly PlanWave[],
  planned: number,
): { readonly shares: readonly Share[]; readonly findings: readonly Finding[] } {
  const shares: Share[] = [];
  const findings: Finding[] = [];
  let start = 0;
  for (const { name, take, approval } of waves) {
    const end = Math.min(planned, start + wanted(take, planned));
    if (end > start) {
      shares.push({ name, start, end, ...(approval ? { approval } : {}) });
    } else if (planned > 0) {
      const what = `wave ${name} has no instance left: the waves before it take all ${planned}`;
      findings.push(
        say(
          'Refit.EmptyWave',
          { what, mend: `take wave ${name} out, or let the others take less` },
          null,
          null,
        ),
      );
    }
    start = end;
  }
  if (start < planned) {
    const name = waves.length === 0 ? 'all' : freeName(waves);
    shares.push({ name, start, end: planned });
    if (waves.length > 0) {
      const what = `the waves leave ${count(planned - start, 'instance')}: they go last, in a wave named ${name}`;
      findings.push(say('Refit.ImplicitWave', { what, mend: `- { name: ${name}, take: rest }` }, null, null));
    }
  }
  return { shares, findings };
}

function wanted(take: Take, planned: number): number {
  switch (take.kind) {
    case 'count':
      return take.count;
    case 'percent':
      return Math.ceil((planned * take.percent) / 100 - 1e-6);
    case 'rest':
      return planned;
    default:
      return unreachable(take);
  }
}

function freeName(waves: readonly PlanWave[]): string {
  const names = new Set(waves.map(({ name }) => name));
  let name = 'rest';
  for (let i = 2; names.has(name); i++) name = `rest-${i}`;
  return name;
}
