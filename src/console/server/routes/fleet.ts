/** The fleet: what was read, its rows, groups and map. Everybody sees the same reading. */
import { message } from '../../../messages/messages.ts';
import { refitError } from '../../../messages/refit-error.ts';
import { mapFleet } from '../../../operations/fleet/map-fleet.ts';
import type { FleetQuery } from '../../../operations/fleet/query-fleet.ts';
import type { SharedFleet, SharedReading } from '../../../operations/fleet/shared-fleet.ts';
import { escapeControls } from '../../../text.ts';
import type {
  FleetGroups,
  FleetMapView,
  FleetPage,
  FleetReadingView,
  FleetRow,
  FleetValuesView,
} from '../../api/fleet.ts';
import type { Route } from '../context.ts';
import { fleetOf } from '../fleet-cache.ts';
import { filterFrom, groupFrom, sortFrom, sourceFrom } from '../fleet-request.ts';
import { numberFrom } from './from-request.ts';

/** Rows and groups of one answer at most. */
const MOST_ROWS = 1_000;
const ROWS = 100;
const MOST_GROUPS = 200;

export const fleetRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/fleet/reading',
    action: 'see',
    async answer(_, context) {
      const fleet = fleetOf(context);
      await fleet.readFirst();
      return await readingView(fleet);
    },
  },
  {
    method: 'POST',
    path: '/fleet/reading',
    // It calls the provider, and the memory in use can cost money.
    action: 'plan',
    async answer({ body }, context) {
      const source = sourceFrom(body);
      if (source.kind === 'file') context.plans?.pathOf(source.name);
      const fleet = fleetOf(context);
      fleet.read(source);
      return await readingView(fleet);
    },
  },
  {
    method: 'GET',
    path: '/fleet',
    action: 'see',
    async answer({ query }, context): Promise<FleetPage> {
      const { query: fleet, ...reading } = readingOf(fleetOf(context));
      const offset = numberFrom(query.offset) ?? 0;
      const rows = fleet.find(filterFrom(query), sortFrom(query));
      const limit = Math.min(numberFrom(query.limit) ?? ROWS, MOST_ROWS);
      return {
        ...{ id: idOf(reading), count: rows.length, totals: fleet.totals(rows), offset },
        rows: Array.from(rows.subarray(offset, offset + limit), (row) => rowOf(fleet, row)),
      };
    },
  },
  {
    method: 'GET',
    path: '/fleet/groups',
    action: 'see',
    async answer({ query }, context): Promise<FleetGroups> {
      const { query: fleet, ...reading } = readingOf(fleetOf(context));
      const groups = fleet.groups(fleet.find(filterFrom(query), sortFrom({})), groupFrom(query));
      const shown = groups.slice(0, MOST_GROUPS);
      return { id: idOf(reading), groups: shown, more: groups.length - shown.length };
    },
  },
  {
    method: 'GET',
    path: '/fleet/map',
    action: 'see',
    async answer({ query }, context): Promise<FleetMapView> {
      const { query: fleet, ...reading } = readingOf(fleetOf(context));
      const rows = fleet.find(filterFrom(query), { by: 'memory', isDown: true });
      const { groups, otherGroups } = mapFleet(fleet, rows, groupFrom(query));
      return {
        ...{ id: idOf(reading), otherGroups },
        groups: groups.map(({ cells, ...group }) => ({
          ...group,
          cells: cells.map(({ row, ...cell }) => ({
            ...cell,
            instance: row === null ? null : nameOf(fleet, row),
          })),
        })),
      };
    },
  },
  {
    method: 'GET',
    path: '/fleet/values',
    action: 'see',
    async answer(_, context): Promise<FleetValuesView> {
      const { query, ...reading } = readingOf(fleetOf(context));
      return { id: idOf(reading), values: query.values() };
    },
  },
];

/** The reading that everybody shares. @throws RefitError `usage` if there is none yet. */
export function readingOf(fleet: SharedFleet): SharedReading {
  const { reading } = fleet.state();
  if (reading !== null) return reading;
  throw refitError('usage', message('error.fleet-not-read'));
}

/** Distinguishes readings: pages throw away rows of another one. */
const idOf = ({ head }: Pick<SharedReading, 'head'>): number => Date.parse(head.readAt) || 0;

async function readingView(fleet: SharedFleet): Promise<FleetReadingView> {
  const files = (await fleet.files()).map(({ name, changedAt }) => ({ name, changedAt }));
  const { reading, inProgress, fault } = fleet.state();
  return {
    ...{ inProgress, fault, files },
    reading: reading && {
      ...{ source: reading.source, readAt: reading.head.readAt, instances: reading.query.fleet.count },
      ...{ notes: reading.notes, toMeasure: reading.toMeasure, id: idOf(reading) },
    },
  };
}

function nameOf({ fleet }: FleetQuery, row: number): Pick<FleetRow, 'id' | 'name' | 'profile' | 'region'> {
  return {
    id: escapeControls(fleet.ids[row]!),
    name: escapeControls(fleet.names[row]!),
    profile: escapeControls(fleet.texts.profile.at(row)),
    region: escapeControls(fleet.texts.region.at(row)),
  };
}

function rowOf(query: FleetQuery, row: number): FleetRow {
  const { fleet } = query;
  const { zone, edition, status, size, used } = fleet.at(row);
  const use = fleet.useAt(row);
  return {
    ...{ ...nameOf(query, row), zone: escapeControls(zone), edition, status, size },
    ...{ memory: fleet.memoryAt(row), used: used?.total ?? null, use: Number.isFinite(use) ? use : null },
  };
}
