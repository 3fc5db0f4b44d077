/** Can an order change this dimension of this edition at all? */
import { EDITIONS, type Edition } from '../model.ts';
import { onChange } from './facts.ts';
import { sayChange } from './say-size.ts';

const BY_NAME: ReadonlyMap<string, Edition> = new Map(EDITIONS.map((edition) => [edition.name, edition]));

/** The edition of that name; undefined for one that Refit does not know. */
export function editionOf(name: string): Edition | undefined {
  return BY_NAME.get(name);
}

/** The request itself is not one the provider understands: nothing changes, or the nodes are not named. */
export const requestIsMalformed = onChange((instance, change, { placement }) => {
  if (change.from === change.to) {
    return { what: `${instance.id}: ${sayChange(change)} changes nothing`, mend: 'leave the target out' };
  }
  if (change.dimension === 'replicas' && instance.nodes.length > 0 && !placement?.nodes) {
    const open = placement?.open ?? [];
    const has = [...new Set(instance.nodes.map(({ zone }) => zone.code))].join(', ');
    return {
      what: `${instance.id}: ${sayChange(change)} of a multi-zone instance needs a zone for each replica that is added; its nodes are in ${has}`,
      mend: `zones: [${open[0] ?? 'ZONE'}] beside replicas${open.length > 1 ? `; there are ${open.join(', ')}` : ''}`,
    };
  }
  return null;
});

/** The zones that the author names do not fit the instance: no order is made of them. */
export const zonesDoNotFit = onChange((_instance, _change, { placement }) => placement?.misfit ?? null);

/** The edition has no such dimension, or only one value of it. */
export const editionForbids = onChange((instance, change) => {
  const edition = editionOf(instance.edition);
  if (!edition || edition.dimensions.includes(change.dimension)) return null;
  return {
    what: `${instance.id}: ${sayChange(change)} is not possible on ${edition.name}, which allows ${edition.dimensions.join(', ')}`,
    mend: `leave ${change.dimension} out of the target`,
  };
});

/** A type code newer than this program. */
export const editionIsUnknown = onChange((instance) =>
  instance.edition !== 'unrecognised'
    ? null
    : {
        what: `${instance.id} has type code ${instance.type}, which this version does not know`,
        mend: `leave it out: exclude: [${instance.id}], or use a newer version of refit`,
      },
);
