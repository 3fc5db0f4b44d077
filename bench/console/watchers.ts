/** 100 browsers that watch a run: its rate of orders beside the rate of the same run that nobody watches. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import type { RunList } from '../../src/console/api/runs.ts';
import type { JournalEntry } from '../../src/model.ts';
import { type Row, rowOf } from '../measure.ts';
import { type ConsoleDesk, firstLine, openConsoleDesk } from './console-desk.ts';

const PLAN = [
  'version: 1',
  'name: watched',
  'targets:',
  '  - { select: { regions: [ap-guangzhou], all: true }, memoryPerShard: 16GB }',
  'onBlocked: skip',
  'execution: { inFlight: 400, requestsPerSecond: 18, patience: 10s }',
  '',
].join('\n');

/**
 * The order of the two changes with each round, so that a machine that gets slower or faster favours neither. The first round
 * fills the caches.
 * @param instances of the simulator, of which about half are changed. @param watching browsers.
 */
export async function watchers(instances = 800, times = 3, watching = 100): Promise<Row> {
  const pairs: [number, number][] = [];
  let memory = 0;
  for (let round = 0; round <= times; round++) {
    const rates = new Map<number, number>();
    for (const count of round % 2 === 0 ? [watching, 0] : [0, watching]) {
      const measured = await rateOf(instances, count);
      rates.set(count, measured.rate);
      if (count > 0) memory = Math.max(memory, measured.memory);
    }
    if (round > 0) pairs.push([rates.get(watching)!, rates.get(0)!]);
  }
  return rowOf(pairs, {
    ...{ name: `console: orders of a run that ${watching} browsers watch`, unit: '/s' },
    floorName: 'the same run that nobody watches',
    reach: { atLeast: 0.99 },
    beside: [{ name: 'memory of the server', value: memory, unit: ' MB', atMost: 150 }],
  });
}

/** Orders a second of one run, by its journal, and the memory of the console at its end. */
async function rateOf(
  instances: number,
  watching: number,
): Promise<{ readonly rate: number; readonly memory: number }> {
  const desk = await openConsoleDesk();
  const over = new AbortController();
  try {
    const simulator = desk.start([
      ...[
        'simulate',
        '-q',
        '--instances',
        String(instances),
        '--duration',
        '1s..2s',
        '--start-lag',
        '20ms..50ms',
      ],
    ]);
    const { url, secretId, secretKey } = await firstLine<Record<string, string>>(simulator);
    const keys = { TENCENTCLOUD_SECRET_ID: secretId!, TENCENTCLOUD_SECRET_KEY: secretKey! };
    const refit = (args: readonly string[]) => desk.start([...args, '--endpoint', url!, '-q'], keys);
    writeFileSync(join(desk.folder, 'plan.yaml'), PLAN);
    await once(refit(['plan', 'plan.yaml', '-o', 'saved.json']), 'exit');
    const apply = refit(['apply', 'saved.json', '--auto-approve', '--run-dir', 'runs/night-1']);
    const ended = once(apply, 'exit');
    await listed(desk);
    const read = Array.from({ length: watching }, () => watch(desk, over.signal));
    await ended;
    const memory = desk.memory();
    over.abort();
    await Promise.all(read);
    return { rate: rateIn(join(desk.folder, 'runs/night-1/journal.jsonl')), memory };
  } finally {
    over.abort();
    await desk.close();
  }
}

async function listed({ origin, headers }: ConsoleDesk): Promise<void> {
  for (;;) {
    const { runs } = (await (await fetch(`${origin}/api/runs`, { headers })).json()) as RunList;
    if (runs.some(({ startedAt }) => startedAt !== null)) return;
    await systemClock.sleep(100);
  }
}

/** Reads events and forgets them, as a browser in another window does. */
async function watch({ origin, headers }: ConsoleDesk, signal: AbortSignal): Promise<void> {
  try {
    const { body } = await fetch(`${origin}/api/runs/night-1/events?after=0`, { headers, signal });
    for await (const _ of body!);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function rateIn(journal: string): number {
  const sent = readFileSync(journal, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"kind":"accepted"'))
    .map((line) => Date.parse((JSON.parse(line) as Extract<JournalEntry, { kind: 'accepted' }>).sentAt))
    .sort((a, b) => a - b);
  return (1_000 * (sent.length - 1)) / (sent.at(-1)! - sent[0]!);
}
