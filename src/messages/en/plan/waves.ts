/** Findings about waves and spread, in English. */
import type { Text } from '../../text.ts';
import { count } from '../format-size.ts';

export const waves = {
  'wave.from-matches-none': ({ wave, planned }: { wave: string; planned: number }): Text => ({
    message: `wave ${wave} has no instance: its from matches none of the ${count(planned, 'planned instance')}`,
    fix: removeWave(wave),
  }),
  'wave.none-left': ({ wave, matching }: { wave: string; matching: number }): Text => ({
    message: `wave ${wave} has no instance: the waves before it take all ${matching}`,
    fix: removeWave(wave),
  }),
  'wave.rest-added': ({ wave, instances }: { wave: string; instances: number }): Text => ({
    message: `the waves do not take ${count(instances, 'instance')}; a last wave named ${wave} takes them`,
    fix: `- { name: ${wave}, take: rest }`,
  }),
  'wave.soak-without-effect': ({ wave }: { wave: string }): Text => ({
    message: `no wave follows ${wave}, so its soak has no effect`,
    fix: `remove soak from wave ${wave}`,
  }),
  'spread.tag-missing': ({
    tag,
    without,
    instances,
    first,
  }: {
    tag: string;
    without: number;
    instances: number;
    /** Some of the instances without the tag. */
    first: readonly string[];
  }): Text => ({
    message: `${without} of ${count(instances, 'instance')} without tags.${tag} (${first.join(', ')}${without > first.length ? ' and others' : ''}): spread does not limit them`,
    fix: `add the tag ${tag} to them, then plan again`,
  }),
};

function removeWave(wave: string): string {
  return `remove wave ${wave}, or let the other waves take fewer instances`;
}
