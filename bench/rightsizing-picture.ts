/**
 * Draws docs/images/rightsizing.svg: what two simulated instances needed in the last 28 days, what they need at most in the
 * next 30, and the size that is advised. History, forecast and advice come from the code that `refit recommend` uses.
 */
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { HOURLY, type Instance, type InstanceUsage, type Offer, type Recommendation } from '../src/model.ts';
import { DEFAULT_RULES, DEFAULT_SIZING } from '../src/recommend/default-sizing.ts';
import { blocksOf, neededWithin } from '../src/recommend/forecast.ts';
import { recommendFor } from '../src/recommend/recommend.ts';
import { readInstances } from '../src/simulator/fleet/read-fleet.ts';
import { createCatalogue } from '../src/simulator/world/catalogue.ts';
import { createWorld } from '../src/simulator/world/create-world.ts';
import { createRegions } from '../src/simulator/world/geography.ts';
import { createSampler, neededAt } from '../src/simulator/world/usage/memory.ts';
import type { Pattern } from '../src/simulator/world/usage/patterns.ts';
import { CELL, CELLS_IN_AN_HOUR } from '../src/simulator/world/usage/profile.ts';
import { DAY, HOUR } from '../src/units.ts';
import { type Demand, demandOf, lastHours } from '../src/usage/demand.ts';

const NOW = Date.UTC(2026, 10, 24);
const PAST = 28;
const FUTURE = 30;
const SIZE = { memoryPerShard: 8192, shards: 1, replicas: 1 };
const LADDER = [1024, 2048, 4096, 8192, 12_288, 16_384];

interface Story {
  readonly title: string;
  readonly demand: Demand;
  readonly advice: Recommendation;
  /** What it really needed, MB, from 28 days before the present to 30 days after it. */
  readonly truth: readonly number[];
}

/** The picture as SVG. */
export function rightsizingPicture(): string {
  const stories = [
    story('It grows, more by day than at weekends', 'growing-season', 4300),
    story('It is half empty, but deploys need twice as much', 'deploys', 2450),
  ];
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Peaks of 28 days, what is needed in the next 30 days, and the advised size of two instances">`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${HEIGHT}"/>`,
    ...stories.map(panel),
    legend(),
    '</svg>',
  ].join('\n')}\n`;
}

function story(title: string, pattern: Pattern, usedTotal: number): Story {
  const id = 'crs-rightsizing';
  const regions = createRegions([]);
  const none = [0, 0] as const;
  const usage = { pattern, ...(pattern === 'growing-season' ? { growth: 0.7, swing: 0.3 } : {}) };
  const world = createWorld(
    {
      ...{ seed: 4, identities: [], faults: [], balance: 0, limit: null, limitCounting: 'calendar' },
      fleet: readInstances([{ id, memoryPerShard: SIZE.memoryPerShard, usedTotal, usage }]),
      ...{ startLag: none, duration: none, lockTail: none, regions, catalogue: createCatalogue(regions) },
    },
    NOW,
  );
  const simulated = world.instances.get(id)!;
  const sample = createSampler(world, simulated);
  const peak = (hour: number, of: (at: number) => number): number => {
    const cells = Array.from({ length: CELLS_IN_AN_HOUR }, (_, cell) => NOW + hour * HOUR + cell * CELL);
    return Math.max(...cells.map(of));
  };
  const used = (at: number) => sample(Math.floor(at / CELL), at).total;
  const past = Array.from({ length: PAST * 24 }, (_, hour) => peak(hour - PAST * 24, used));
  const history = { id, values: past };
  const advice = recommendFor(instance(id), usageOf(history), {
    sizing: DEFAULT_SIZING,
    sold: () => OFFER,
    now: NOW,
  });
  const demand = demandOf(usageOf(history), SIZE, { from: NOW - PAST * DAY, until: NOW });
  const truth = Array.from({ length: PAST + FUTURE }, (_, day) =>
    Math.max(
      ...Array.from({ length: 24 }, (_, hour) =>
        peak((day - PAST) * 24 + hour, (at) => neededAt(world, simulated, at)[0]!),
      ),
    ),
  );
  return { title, demand, advice, truth };
}

function usageOf({ id, values }: { readonly id: string; readonly values: readonly number[] }): InstanceUsage {
  const series = { instance: id, metric: 'memory', period: HOURLY, from: NOW - PAST * DAY, values } as const;
  return { instance: id, series: [series], sizes: [] };
}

function instance(id: string): Instance {
  return {
    ...{ id, name: id, region: 'ap-guangzhou', zone: 'ap-guangzhou-3', profile: 'default', type: 8 },
    ...{ edition: 'redis-5.0-standard', status: 'running', size: SIZE, billing: 'postpaid', tags: {} },
    ...{ nodes: [], deadline: null, used: null, task: null, unpaidOrder: null },
  };
}

const OFFER: Offer = {
  ...{ region: 'ap-guangzhou', zone: 'ap-guangzhou-3', edition: 'redis-5.0-standard', billing: 'postpaid' },
  ...{ memoryPerShard: LADDER, shards: [1], replicas: [1, 2], soldOut: false, zoneSoldOut: false },
};

const WIDTH = 860;
const PANEL = { width: 700, height: 190, left: 56, top: 40, gap: 64 };
const HEIGHT = PANEL.top + 2 * (PANEL.height + PANEL.gap) + 8;
const MOST = 13_000;

const STYLE = [
  'text{font:12px system-ui,sans-serif;fill:#3a3a3a}.soft{fill:#6b6b6b}.ground{fill:#ffffff}.peak{fill:#2a78b8}',
  '.truth{fill:none;stroke:#8a8a8a;stroke-dasharray:1 3}.need{fill:none;stroke:#d1495b;stroke-width:2}',
  '.size{stroke:#3a3a3a}.limit{stroke:#3a3a3a;stroke-dasharray:4 3}.advised{stroke:#2e7d4f;stroke-width:2}.now{stroke:#c4c4c4}',
  '@media(prefers-color-scheme:dark){text{fill:#dddddd}.soft{fill:#a0a0a0}.ground{fill:#15181c}.peak{fill:#5aa9e6}',
  '.need{stroke:#ff7285}.size,.limit{stroke:#dddddd}.advised{stroke:#6fcf97}.now{stroke:#4a4f57}}',
].join('');

/** How far below its line a label is, so that lines close to each other can be read. */
const LABEL = { size: -1, limit: 4, advised: 13 } as const;

function panel({ title, demand, advice, truth }: Story, row: number): string {
  const top = PANEL.top + row * (PANEL.height + PANEL.gap);
  const right = PANEL.left + PANEL.width;
  const x = scaleLinear([-PAST, FUTURE], [PANEL.left, right]);
  const y = scaleLinear([0, MOST], [top + PANEL.height, top]);
  const level = (mb: number, tone: keyof typeof LABEL, label: string) =>
    `<line class="${tone}" x1="${PANEL.left}" x2="${right}" y1="${round(y(mb))}" y2="${round(y(mb))}"/><text class="soft" x="${right + 6}" y="${round(y(mb)) + LABEL[tone]}">${label}</text>`;
  const peaks = blocksOf(demand.memory, lastHours(demand, PAST * DAY)).map(({ peak }) => peak);
  const { trend, trendError: error } = advice.evidence.memory!;
  const looksBack = advice.verdict === 'grow' ? peaks.slice(-7) : peaks;
  const needs = Array.from({ length: FUTURE + 1 }, (_, day): [number, number] => [
    x(day),
    y(neededWithin(looksBack, { trend, error }, day)),
  ]);
  const { growAt, fit } = DEFAULT_RULES.memory;
  const { advised } = advice;
  const name =
    advised === null ? 'stays at 8 GB' : `${advice.verdict} to ${advised.memoryPerShard / 1024} GB`;
  return [
    `<text x="${PANEL.left}" y="${top - 14}">${title}: ${name}</text>`,
    `<line class="now" x1="${round(x(0))}" x2="${round(x(0))}" y1="${top}" y2="${top + PANEL.height}"/>`,
    ...peaks.map((peak, day) => {
      const left = x(day - PAST);
      return `<rect class="peak" x="${round(left + 1)}" width="${round(x(1) - x(0) - 2)}" y="${round(y(peak))}" height="${round(top + PANEL.height - y(peak))}"/>`;
    }),
    `<path class="truth" d="${line().digits(1)(truth.map((mb, day): [number, number] => [x(day - PAST + 0.5), y(mb)]))}"/>`,
    `<path class="need" d="${line().digits(1)(needs)}"/>`,
    level(SIZE.memoryPerShard, 'size', '8 GB now'),
    level((growAt / 100) * SIZE.memoryPerShard, 'limit', `${growAt}%`),
    ...(advised === null
      ? [level((fit / 100) * 4096, 'limit', `${fit}% of 4 GB`)]
      : [
          level(
            (fit / 100) * advised.memoryPerShard,
            'advised',
            `${fit}% of ${advised.memoryPerShard / 1024} GB`,
          ),
        ]),
    ...[-28, -14, 0, 14, 30].map(
      (day) =>
        `<text class="soft" x="${round(x(day))}" y="${top + PANEL.height + 16}" text-anchor="middle">${day === 0 ? 'now' : `${day > 0 ? '+' : ''}${day} days`}</text>`,
    ),
    ...[0, 4096, 8192, 12_288].map(
      (mb) =>
        `<text class="soft" x="${PANEL.left - 6}" y="${round(y(mb)) + 4}" text-anchor="end">${mb / 1024} GB</text>`,
    ),
  ].join('\n');
}

function legend(): string {
  const y = HEIGHT - 12;
  const key = (left: number, mark: string, text: string) =>
    `${mark}<text x="${left + 30}" y="${y}">${text}</text>`;
  const stroke = (left: number, tone: string) => `<path class="${tone}" d="M${left},${y - 4}h24"/>`;
  return [
    key(56, `<rect class="peak" x="62" y="${y - 10}" width="12" height="12"/>`, 'peak of 24 hours'),
    key(210, stroke(210, 'need'), 'the most that it needs within so many days'),
    key(530, stroke(530, 'truth'), 'what came (known to the simulator only)'),
  ].join('\n');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
