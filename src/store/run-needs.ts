/** What a run needs of a worker, what a worker offers, and whether they fit. Pure. */
import { canonicalDigest } from '../digest.ts';
import { message } from '../messages/messages.ts';
import type { Message, SavedPlan } from '../model.ts';
import { effectsOf, programEffects } from '../plan/effects.ts';

/** What a run needs of the process that works on it. */
export interface RunNeeds {
  /** Where the provider is, as the client names it. */
  readonly endpoint: string;
  /** Profiles whose keys the steps use, sorted. */
  readonly profiles: readonly string[];
  /** Programs of hooks and gate commands, sorted. */
  readonly programs: readonly string[];
}

/** What a worker can do. */
export interface WorkerOffers {
  readonly endpoint: string;
  /** Profiles for which it has keys. */
  readonly profiles: readonly string[];
  /** Programs that its own policy names. A worker without such a policy runs none. */
  readonly programs: readonly string[];
}

/** What a run of a saved plan needs. @param endpoint as the client of the submitter names it. */
export function needsOf(saved: SavedPlan, endpoint: string): RunNeeds {
  return {
    endpoint,
    profiles: sorted(saved.steps.map(({ profile }) => profile)),
    programs: sorted(programEffects(effectsOf(saved)).map(({ program }) => program)),
  };
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

/** The queue of the runs that need the same: `refit-` and 12 hexadecimal digits. */
export function queueOf({ endpoint, profiles, programs }: RunNeeds): string {
  return `refit-${canonicalDigest({ endpoint, profiles: sorted(profiles), programs: sorted(programs) }).slice(0, 12)}`;
}

/** Why a worker cannot work on a run; null if it can. */
export function whyNotOffered(needs: RunNeeds, offers: WorkerOffers): Message | null {
  if (needs.endpoint !== offers.endpoint)
    return message('worker.other-endpoint', { needs: needs.endpoint, has: offers.endpoint });
  const keys = needs.profiles.filter((profile) => !offers.profiles.includes(profile));
  if (keys.length > 0) return message('worker.no-keys', { profiles: keys });
  const programs = needs.programs.filter((program) => !offers.programs.includes(program));
  return programs.length > 0 ? message('worker.no-programs', { programs }) : null;
}
