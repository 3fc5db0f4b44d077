/** Reads of the catalogue and of zones. */
import { iso } from '../../clock.ts';
import type { Scope } from '../../model.ts';
import type { CloudReader } from '../cloud.ts';
import { READS } from '../wire/actions.ts';
import {
  type CatalogueZones,
  decodeCatalogue,
  decodeCatalogueZones,
  decodeZones,
  ZONES_REQUEST,
  type ZoneCodes,
} from '../wire/catalogue.ts';
import { type ReadSource, readFields } from './source.ts';

/**
 * Reads the codes of a scope's zones by their numbers. The catalogue comes first; if it does not suffice, the region
 * product adds its own. Without the permission for that, Refit shows a zone by its number.
 */
export type ReadZoneCodes = (
  scope: Scope,
  suffices: (known: CatalogueZones) => boolean,
) => Promise<ZoneCodes>;

/** Creates the read. It calls each source once for each scope. */
export function createZoneCodes({ ask }: ReadSource): ReadZoneCodes {
  const ofCatalogue = oncePerScope(async (scope) => {
    const answer = await ask(READS.catalogue, scope, {});
    const isRead = answer.kind === 'ok';
    return isRead ? decodeCatalogueZones(answer.fields, scope.region) : { codes: NONE, complete: false };
  });
  const ofRegion = oncePerScope(async (scope) => {
    const answer = await ask(READS.zones, scope, ZONES_REQUEST);
    return answer.kind === 'ok' ? decodeZones(answer.fields) : NONE;
  });
  return async (scope, suffices) => {
    const known = await ofCatalogue(scope);
    return suffices(known) ? known.codes : new Map([...known.codes, ...(await ofRegion(scope))]);
  };
}

const NONE: ZoneCodes = new Map();

/** Caches a read for each scope, also for parallel callers. It does not cache failures. */
function oncePerScope<Value>(read: (scope: Scope) => Promise<Value>): typeof read {
  const cache = new Map<string, Promise<Value>>();
  return (scope) => {
    const key = `${scope.profile}\n${scope.region}`;
    const known = cache.get(key) ?? read(scope);
    cache.set(key, known);
    known.catch(() => cache.delete(key));
    return known;
  };
}

export function catalogueReads(source: ReadSource, zoneCodes: ReadZoneCodes) {
  return {
    async describeCatalogue(scope) {
      const offers = decodeCatalogue(await readFields(source, READS.catalogue, scope, {}));
      return { readAt: iso(source.clock.now()), offers };
    },

    async describeZones(scope) {
      const codes = await zoneCodes(scope, ({ complete }) => complete);
      return [...codes]
        .filter(([, code]) => code.startsWith(`${scope.region}-`))
        .map(([number, code]) => ({ code, number }))
        .sort((a, b) => a.number - b.number);
    },
  } satisfies Partial<CloudReader>;
}
