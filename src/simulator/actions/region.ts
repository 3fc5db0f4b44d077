/** The actions of the region product, with zone numbers that the catalogue may lack. Source: docs/provider.md P60 and P66 to P68. */

import type { Action, Call } from './action.ts';
import { invalidValue } from './refusal.ts';

function checkProduct({ params }: Call): void {
  if (params.Product !== 'redis')
    throw invalidValue(`The product ${JSON.stringify(params.Product)} is unknown.`);
}

export const REGION: Readonly<Record<string, Action>> = {
  DescribeRegions: {
    schema: { Product: 'string!', Scene: 'integer' },
    run(world, call) {
      checkProduct(call);
      const rows = [...world.regions.values()].map(({ code, name }) => ({
        Region: code,
        RegionName: name[call.language],
        RegionState: 'AVAILABLE',
        RegionTypeMC: null,
        LocationMC: null,
        RegionNameMC: null,
        RegionIdMC: null,
      }));
      return { TotalCount: rows.length, RegionSet: rows };
    },
  },
  DescribeZones: {
    schema: { Product: 'string!', Scene: 'integer' },
    run(world, call) {
      checkProduct(call);
      // Zones of the requested region, or of all regions without one.
      const regions = call.region ? [call.region] : [...world.regions.values()];
      const rows = regions.flatMap(({ zones }) =>
        zones.map(({ code, name, number }) => ({
          Zone: code,
          ZoneName: name[call.language],
          ZoneId: String(number),
          ZoneState: 'AVAILABLE',
          ParentZone: null,
          ParentZoneId: null,
          ParentZoneName: null,
          ZoneType: null,
          MachineRoomTypeMC: null,
          ZoneIdMC: null,
        })),
      );
      return { TotalCount: rows.length, ZoneSet: rows };
    },
  },
};
