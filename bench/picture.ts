/**
 * Draws docs/limit.svg: orders per second over time at servers with the three counting methods. It compares Refit with a
 * naive bucket of 20 that retries immediately. The runs use virtual time.
 */
import { scaleLinear } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import { VirtualClock } from '../src/clock.ts';
import { seededRandom } from '../src/simulator/world/random.ts';
import { createRequestLimit, type LimitCounting } from '../src/simulator/world/request-limit.ts';
import { virtualRun } from './virtual-run.ts';

const TITLES = { calendar: 'calendar seconds', bucket: 'a bucket', sliding: 'a sliding second' } as const;
const LIMIT = 20;
const ORDERS = 600;
const SECONDS = 30;
const SEED = 1;

interface Arrived {
  readonly accepted: readonly number[];
  readonly refused: readonly number[];
}

export async function limitPicture(): Promise<string> {
  const panels: string[] = [];
  for (const [row, counting] of (['calendar', 'bucket', 'sliding'] as const).entries()) {
    const refit = await virtualRun({
      seed: SEED,
      steps: ORDERS + 100,
      inFlight: 10_000,
      requestsPerSecond: LIMIT,
      counting,
      duration: () => 120_000,
    });
    panels.push(panel(0, row, `Refit, ${TITLES[counting]}`, fromFirst(refit)));
    panels.push(panel(1, row, `naive bucket, ${TITLES[counting]}`, fromFirst(await naive(counting))));
  }
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Orders a second at three servers">`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${HEIGHT}"/>`,
    ...panels,
    legend(),
    '</svg>',
  ].join('\n')}\n`;
}

/** Sends 20 orders immediately and 20 per second after that. A refused order uses the next token. */
async function naive(counting: LimitCounting): Promise<Arrived> {
  const chance = seededRandom(SEED);
  const clock = new VirtualClock(Date.UTC(2026, 10, 11) + 337);
  const limit = createRequestLimit(counting, () => LIMIT);
  const [accepted, refused]: [number[], number[]] = [[], []];
  const halfTrip = () =>
    12.5 *
    Math.exp(0.6 * Math.sqrt(-2 * Math.log(1 - chance.next())) * Math.cos(2 * Math.PI * chance.next()));
  await clock.run(async () => {
    const sent: Promise<void>[] = [];
    for (let n = 0; n < ORDERS + 100; n++) {
      if (n >= LIMIT) await clock.sleep(1000 / LIMIT);
      sent.push(
        clock.sleep(halfTrip()).then(() => {
          const into = limit.arrive('naive', 'UpgradeInstance', clock.now()) === null ? accepted : refused;
          into.push(clock.monotonic() / 1000);
        }),
      );
    }
    await Promise.all(sent);
  });
  return { accepted, refused };
}

/** Seconds start shortly before the first arrival, so that regular arrivals do not fall on their edges. */
const BEFORE_FIRST = 0.025;

/** Times since the first arrival. */
function fromFirst({ accepted, refused }: Arrived): Arrived {
  const first = Math.min(accepted[0] ?? 0, refused[0] ?? Number.POSITIVE_INFINITY);
  const shift = (times: readonly number[]) => times.map((time) => time - first + BEFORE_FIRST);
  return { accepted: shift(accepted), refused: shift(refused) };
}

const WIDTH = 860;
const PANEL = { width: 380, height: 110, left: 36, top: 34, gapX: 44, gapY: 52 };
const HEIGHT = PANEL.top + 3 * (PANEL.height + PANEL.gapY) + 24;
const MOST = 40;

const STYLE = [
  'text{font:12px system-ui,sans-serif;fill:#3a3a3a}.soft{fill:#6b6b6b}.ground{fill:#ffffff}',
  '.accepted{fill:#2a78b8}.refused{fill:#d1495b}.limit{stroke:#3a3a3a;stroke-dasharray:4 3}.axis{stroke:#c4c4c4}',
  '@media(prefers-color-scheme:dark){text{fill:#dddddd}.soft{fill:#a0a0a0}.ground{fill:#15181c}',
  '.accepted{fill:#5aa9e6}.refused{fill:#ff7285}.limit{stroke:#dddddd}.axis{stroke:#4a4f57}}',
].join('');

function panel(column: number, row: number, title: string, { accepted, refused }: Arrived): string {
  const left = PANEL.left + column * (PANEL.width + PANEL.gapX);
  const top = PANEL.top + row * (PANEL.height + PANEL.gapY);
  const x = scaleLinear([0, SECONDS], [left, left + PANEL.width]);
  const y = scaleLinear([0, MOST], [top + PANEL.height, top]);
  const seconds = Array.from({ length: SECONDS + 1 }, (_, second) => second);
  const count = (times: readonly number[], second: number) =>
    times.filter((time) => Math.floor(time) === Math.min(second, SECONDS - 1)).length;
  const shape = (from: (second: number) => number, to: (second: number) => number) =>
    area<number>()
      .x((second) => round(x(second)))
      .y0((second) => round(y(from(second))))
      .y1((second) => round(y(to(second))))
      .curve(curveStepAfter)(seconds);
  const passed = (second: number) => count(accepted, second);
  const all = (second: number) => passed(second) + count(refused, second);
  const within = (times: readonly number[]) => times.filter((time) => time < SECONDS).length;
  const share = (100 * within(refused)) / (within(refused) + within(accepted));
  return [
    `<text x="${left}" y="${top - 10}">${title}</text>`,
    `<text class="soft" x="${left + PANEL.width}" y="${top - 10}" text-anchor="end">${(within(accepted) / SECONDS).toFixed(1)} accepted/s, ${share.toFixed(1)} % refused</text>`,
    `<path class="accepted" d="${shape(() => 0, passed)}"/>`,
    `<path class="refused" d="${shape(passed, all)}"/>`,
    `<line class="limit" x1="${left}" x2="${left + PANEL.width}" y1="${round(y(LIMIT))}" y2="${round(y(LIMIT))}"/>`,
    ...[0, LIMIT, MOST].map(
      (mark) =>
        `<text class="soft" x="${left - 6}" y="${round(y(mark)) + 4}" text-anchor="end">${mark}</text>`,
    ),
    ...x
      .ticks(6)
      .map(
        (second) =>
          `<text class="soft" x="${round(x(second))}" y="${top + PANEL.height + 16}" text-anchor="middle">${second} s</text>`,
      ),
    `<line class="axis" x1="${left}" x2="${left + PANEL.width}" y1="${top + PANEL.height}" y2="${top + PANEL.height}"/>`,
  ].join('\n');
}

function legend(): string {
  const y = HEIGHT - 14;
  return [
    `<rect class="accepted" x="${PANEL.left}" y="${y - 10}" width="12" height="12"/><text x="${PANEL.left + 18}" y="${y}">accepted, orders a second</text>`,
    `<rect class="refused" x="${PANEL.left + 200}" y="${y - 10}" width="12" height="12"/><text x="${PANEL.left + 218}" y="${y}">refused by the limit</text>`,
    `<line class="limit" x1="${PANEL.left + 370}" x2="${PANEL.left + 394}" y1="${y - 4}" y2="${y - 4}"/><text x="${PANEL.left + 400}" y="${y}">the provider's limit of 20 a second</text>`,
  ].join('\n');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
