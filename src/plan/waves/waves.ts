/** Which instances belong to which wave. Waves count instances: all steps of one instance are in one wave. */

import { unreachable } from '../../errors.ts';
import { given } from '../../given.ts';
import type { Finding, Instance, PlanWave, Take, Wave, WaveConduct, WaveFrom } from '../../model.ts';
import { say } from '../../rules/check.ts';
import { count } from '../../rules/say-size.ts';

/** A wave's share of the planned instances. */
export interface Share {
  readonly name: string;
  /** Its instances, by their places in target order, ascending. */
  readonly members: readonly number[];
  /** As the author wrote it; null for the wave that takes what no other does. */
  readonly wave: PlanWave | null;
}

/** What a wave can choose by. */
export type Choosable = Pick<Instance, 'region' | 'profile' | 'tags'>;

/**
 * Shares the planned instances out, in target order. Percentages are of all planned instances, or of those that the
 * wave's `from` means, rounded up. What no wave takes goes into a last one named `rest`; a wave that is left nothing is
 * not kept. Both are told.
 */
export function shareOut(
  waves: readonly PlanWave[],
  planned: readonly Choosable[],
): { readonly shares: readonly Share[]; readonly findings: readonly Finding[] } {
  const shares: Share[] = [];
  const findings: Finding[] = [];
  let left = planned.map((_, index) => index);
  for (const wave of waves) {
    const { name, take, from } = wave;
    const fits = (index: number) => from === undefined || isFrom(planned[index]!, from);
    const base = from === undefined ? planned.length : planned.filter((one) => isFrom(one, from)).length;
    const open = left.filter(fits);
    const members = open.slice(0, wanted(take, base));
    if (members.length > 0) {
      const taken = new Set(members);
      left = left.filter((index) => !taken.has(index));
      shares.push({ name, members, wave });
    } else if (planned.length > 0) {
      const what =
        base === 0
          ? `wave ${name} has no instance: its from fits none of the ${planned.length} planned`
          : `wave ${name} has no instance left: the waves before it take all ${base}`;
      findings.push(
        say('Refit.EmptyWave', { what, mend: `take wave ${name} out, or let the others take less` }),
      );
    }
  }
  if (left.length > 0) {
    const name = waves.length === 0 ? 'all' : freeName(waves);
    shares.push({ name, members: left, wave: null });
    if (waves.length > 0) {
      const what = `the waves leave ${count(left.length, 'instance')}: they go last, in a wave named ${name}`;
      findings.push(say('Refit.ImplicitWave', { what, mend: `- { name: ${name}, take: rest }` }));
    }
  }
  return { shares, findings };
}

function isFrom({ region, profile, tags }: Choosable, from: WaveFrom): boolean {
  return (
    (from.regions?.includes(region) ?? true) &&
    (from.profiles?.includes(profile) ?? true) &&
    Object.entries(from.tags ?? {}).every(
      ([key, values]) => Object.hasOwn(tags, key) && values.includes(tags[key]!),
    )
  );
}

/** The conduct of a wave for the saved plan; what is not written stays absent. */
export function conductOf(wave: WaveConduct | null): WaveConduct {
  const { soak, slowStart, approval, haltWhen, gate } = wave ?? {};
  return given({ soak, slowStart, approval, haltWhen, gate });
}

/** What is odd about the conduct of the waves, though it can be carried out. */
export function conductFindings(waves: readonly Wave[]): Finding[] {
  const last = waves.at(-1);
  if (last?.soak === undefined || last.gate !== undefined) return [];
  const what = `nothing follows wave ${last.name}: its soak changes nothing`;
  return [say('Refit.SoakLast', { what, mend: `take soak out of wave ${last.name}` })];
}

/** Milliseconds to wait after a wave: nothing after the last one, unless its gate is judged then. */
export function soakOf(waves: readonly WaveConduct[], index: number): number {
  const { soak = 0, gate } = waves[index] ?? {};
  return index < waves.length - 1 || gate !== undefined ? soak : 0;
}

/** Milliseconds that all soaks take together. */
export function soaking(waves: readonly WaveConduct[]): number {
  return waves.reduce((sum, _, index) => sum + soakOf(waves, index), 0);
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
