/** Compares the commands, addresses, metrics and variables of two saved plans. Settings have the other effects, value by value. */
import { canonical } from '../../digest.ts';
import type { Effect, SavedPlan } from '../../model.ts';
import { effectsOf, effectsOfKind } from '../../plan/effects.ts';

/** The effects that only one of the plans has, and those with other content. */
export interface EffectsDiff {
  readonly added: readonly Effect[];
  readonly removed: readonly Effect[];
  readonly changed: readonly { readonly from: Effect; readonly to: Effect }[];
}

/** The members of a gate that are effects. */
export const GATE_EFFECTS: readonly string[] = ['metric', 'url', 'command'];

export function diffEffects(from: SavedPlan, to: SavedPlan): EffectsDiff {
  const [before, after] = [keyed(from), keyed(to)];
  return {
    added: [...after].flatMap(([key, effect]) => (before.has(key) ? [] : [effect])),
    removed: [...before].flatMap(([key, effect]) => (after.has(key) ? [] : [effect])),
    changed: [...before].flatMap(([key, effect]) => {
      const other = after.get(key);
      return other === undefined || content(effect) === content(other) ? [] : [{ from: effect, to: other }];
    }),
  };
}

type Compared = ReturnType<typeof comparedEffects>[number];

function comparedEffects(plan: SavedPlan) {
  return effectsOfKind(
    effectsOf(plan),
    'hook',
    'gate-metric',
    'gate-url',
    'gate-command',
    'webhook',
    'variable',
  );
}

/** The effects by what identifies them. Equal ones are numbered. */
function keyed(plan: SavedPlan): Map<string, Compared> {
  const effects = new Map<string, Compared>();
  for (const effect of comparedEffects(plan)) {
    const name = canonical([effect.kind, identityOf(effect)]);
    let times = 1;
    while (effects.has(`${name} ${times}`)) times++;
    effects.set(`${name} ${times}`, effect);
  }
  return effects;
}

function identityOf(effect: Compared): readonly (string | null)[] {
  switch (effect.kind) {
    case 'hook':
      return [effect.phase];
    case 'webhook':
      return [effect.url, effect.urlEnv];
    case 'variable':
      return [effect.name, effect.purpose];
    default:
      return [effect.after];
  }
}

/** What counts. The limit of a gate is a setting, and the number of its wave follows from the waves. */
function content(effect: Compared): string {
  return canonical({ ...effect, timeout: 0, wave: 0 });
}
