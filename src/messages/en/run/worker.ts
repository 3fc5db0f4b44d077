/** Why a worker does not work on a run, in English. The sentences also follow "because". */
import type { Text } from '../../text.ts';

const listed = (names: readonly string[]): Text => names.join(', ');

export const worker = {
  'worker.other-endpoint': ({ needs, has }: { needs: string; has: string }): Text =>
    `the run orders at ${needs}, and the worker at ${has}`,
  'worker.no-keys': ({ profiles }: { profiles: readonly string[] }): Text =>
    `the worker has no keys for ${profiles.length === 1 ? 'profile' : 'profiles'} ${listed(profiles)}`,
  'worker.no-programs': ({ programs }: { programs: readonly string[] }): Text =>
    `the policy of the worker names no ${listed(programs)} among the programs that hooks may run`,
};
