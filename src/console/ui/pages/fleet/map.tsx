/** The fleet as a treemap: area is memory, colour is memory in use. Two levels: groups, and their instances. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { escapeControls } from '../../../../text.ts';
import type { FleetMapCell, FleetMapView } from '../../../api/fleet.ts';
import { quantities, say } from '../../language.ts';
import { go } from '../../router.ts';
import { sumText } from './figures.ts';
import { instanceAddress } from './fleet-address.ts';
import { groupName } from './groups.tsx';
import { type Rectangle, squarify } from './squarify.ts';
import { bandClass, bandText, Hatch, Legend, useText } from './use-mark.tsx';

const HEIGHT = 460;
/** Pixels for the name of a group, where there is room. */
const TITLE = 20;

interface Placed extends Rectangle {
  readonly cell: FleetMapCell;
  readonly group: string;
}

/** @param by what the groups have in common, as in the address. @param onGroup called with the value of a group of which somebody opens a cell with several instances. */
export function FleetTreemap({
  map,
  by,
  onGroup,
}: {
  map: FleetMapView;
  by: string;
  onGroup: (value: string | null, band: number) => void;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, measure] = useState(0);
  const [current, point] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => measure(Math.round(entry!.contentRect.width)));
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);
  const { groups, cells } = useMemo(() => layOut(map, by, width), [map, by, width]);
  const at = Math.min(current, cells.length - 1);
  const open = ({ cell, group }: Placed): void => {
    if (cell.instance !== null) go(instanceAddress(cell.instance));
    else onGroup(map.groups.find((one) => groupName(by, one.value) === group)?.value ?? null, cell.band);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowDown: 1,
      ArrowLeft: -1,
      ArrowUp: -1,
    };
    const by = steps[event.key];
    const now = cells[at];
    if (by !== undefined) {
      event.preventDefault();
      point(Math.max(0, Math.min(cells.length - 1, at + by)));
    } else if (event.key === 'Enter' && now !== undefined) open(now);
  };
  const now = cells[at];
  return (
    <>
      <Legend />
      <div
        class="map"
        ref={frame}
        role="application"
        aria-label={say('fleet.map.label')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move in it
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <svg viewBox={`0 0 ${Math.max(1, width)} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <Hatch id="hatch" />
          {cells.map((one, index) => (
            <Cell
              key={index}
              placed={one}
              isCurrent={index === at}
              onPoint={() => point(index)}
              onOpen={() => open(one)}
            />
          ))}
          {now !== undefined && <rect class="cell current" fill="none" pointer-events="none" {...box(now)} />}
          {groups.map(({ name, x, y, width: wide, height }) =>
            wide > 60 && height > TITLE ? (
              <text key={name} class="group-name" x={x + 4} y={y + 15}>
                {cut(name, wide - 8, 8)}
              </text>
            ) : null,
          )}
        </svg>
      </div>
      <p class="map-now" role="status">
        {now === undefined ? say('fleet.none') : describe(now)}
      </p>
      {map.otherGroups > 0 && <p class="soft">{say('fleet.map.otherGroups', { count: map.otherGroups })}</p>}
    </>
  );
}

function Cell({
  placed,
  isCurrent,
  onPoint,
  onOpen,
}: {
  placed: Placed;
  isCurrent: boolean;
  onPoint: () => void;
  onOpen: () => void;
}) {
  const { cell, x, y, width, height } = placed;
  const hasRoom = width > 64 && height > 22;
  return (
    <g>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the map around it takes keys */}
      <rect
        class={`cell ${bandClass(cell.band)}`}
        fill={cell.band < 0 ? 'url(#hatch)' : undefined}
        data-current={isCurrent ? true : undefined}
        onMouseEnter={onPoint}
        onClick={onOpen}
        {...box(placed)}
      />
      {hasRoom && (
        <text class={`cell-name on-${cell.band}`} x={x + 5} y={y + 16}>
          {cut(cell.instance?.name ?? `× ${quantities().count(cell.instances)}`, width - 10, 7)}
        </text>
      )}
    </g>
  );
}

const box = ({ x, y, width, height }: Rectangle) => ({ x, y, width, height });

/** A text that fits, about. */
const cut = (text: string, width: number, letter: number): string =>
  text.length * letter <= width ? text : `${text.slice(0, Math.max(1, Math.floor(width / letter) - 1))}…`;

function layOut(map: FleetMapView, by: string, width: number) {
  const shown = map.groups.filter(({ memory }) => memory > 0);
  const boxes = squarify(
    shown.map(({ memory }) => memory),
    { x: 0, y: 0, width, height: HEIGHT },
  );
  const cells: Placed[] = [];
  const groups = shown.map(({ value, cells: inside }, at) => {
    const { x, y, width: wide, height } = boxes[at]!;
    const name = groupName(by, value);
    const top = wide > 60 && height > 2 * TITLE ? TITLE : 0;
    const within = {
      x: x + 1,
      y: y + top,
      width: Math.max(0, wide - 2),
      height: Math.max(0, height - top - 1),
    };
    const sorted = inside.filter(({ memory }) => memory > 0).toSorted((a, b) => b.memory - a.memory);
    const places = squarify(
      sorted.map(({ memory }) => memory),
      within,
    );
    for (const [index, cell] of sorted.entries()) cells.push({ cell, group: name, ...places[index]! });
    return { name: top === 0 ? '' : name, ...boxes[at]! };
  });
  return { groups: groups.filter(({ name }) => name !== ''), cells };
}

function describe({ cell, group }: Placed): string {
  const { count } = quantities();
  if (cell.instance === null)
    return say('fleet.map.several', {
      ...{ group, count: count(cell.instances), memory: sumText(cell.memory), use: bandText(cell.band) },
    });
  const { id, name } = cell.instance;
  return say('fleet.map.one', {
    ...{ group, id, name: escapeControls(name), memory: sumText(cell.memory), use: useText(cell.use) },
  });
}
