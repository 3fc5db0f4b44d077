/** What is sold, and which zones there are. */
import { iso } from '../../clock.ts';
import type { Scope } from '../../model.ts';
import type { CloudReader } from '../cloud.ts';
import { READS } from '../wire/actions.ts';
import {
  decodeCatalogue,
  decodeCatalogueZones,
  decodeZones,
  lacksZoneNumbers,
  ZONES_REQUEST,
  type ZoneCodes,
} from '../wire/catalogue.ts';
import { once, type ReadSource, readFields } from './source.ts';

/** Zone codes as the catalogue gives them; `complete`: it has a number for every zone of the region. */
interface CatalogueZones {
  readonly codes: ZoneCodes;
  readonly complete: boolean;
}

/**
 * Codes of the zones of a scope by their numbers: those of the catalogue, with those of the region product where they do
 * not suffice. Without the right to ask, a zone goes by its number.
 */
export type ReadZoneCodes = (
  scope: Scope,
  suffices: (known: CatalogueZones) => boolean,
) => Promise<ZoneCodes>;

/** Each source is asked once for each scope. */
export function createZoneCodes({ ask }: ReadSource): ReadZoneCodes {
  const ofCatalogue = new Map<string, Promise<CatalogueZones>>();
  const ofRegion = new Map<string, Promise<ZoneCodes>>();

  const readCatalogue = async (scope: Scope): Promise<CatalogueZones> => {
    const answer = await ask(READS.catalogue, scope, {});
    if (answer.kind !== 'ok') return { codes: new Map(), complete: false };
    const complete = !lacksZoneNumbers(answer.fields, scope.region);
    return { codes: decodeCatalogueZones(answer.fields), complete };
  };
  const readRegion = async (scope: Scope): Promise<ZoneCodes> => {
    const answer = await ask(READS.zones, scope, ZONES_REQUEST);
    return answer.kind === 'ok' ? decodeZones(answer.fields) : new Map();
  };

  return async (scope, suffices) => {
    const known = await once(ofCatalogue, scope, () => readCatalogue(scope));
    if (suffices(known)) return known.codes;
    return new Map([...known.codes, ...(await once(ofRegion, scope, () => readRegion(scope)))]);
  };
}

export function catalogueReads(
  source: ReadSource,
  zoneCodes: ReadZoneCodes,
): Pick<CloudReader, 'describeCatalogue' | 'describeZones'> {
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
  };
}
