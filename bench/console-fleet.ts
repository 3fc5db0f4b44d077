/**
 * The fleet of the console with 100,000 instances: the memory of `refit serve`, the time of an answer, and the time until
 * its table can be used in Chromium.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Page } from 'playwright-core';
import { systemClock } from '../src/clock.ts';
import type { FleetReadingView } from '../src/console/api/fleet.ts';
import type { Instance } from '../src/model.ts';
import { inventoryOf } from './inventory.ts';
import { type Row, rounds, rowOf } from './measure.ts';

const COMMAND = join(import.meta.dirname, '../dist/cli/main.js');
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const COUNT = 100_000;
/** The bound of the memory of the server, MB. */
const MOST_MEMORY = 150;

/** A `refit serve` of its own, and one signed-in client. */
interface Served {
  readonly origin: string;
  /** That of the client. */
  readonly cookie: string;
  /** Memory in RAM, MB. */
  memory(): number;
  /** @returns the body. */
  get(path: string): Promise<string>;
  close(): void;
}

/** Starts a console with the inventories of a folder. */
async function serve(folder: string): Promise<Served> {
  const child = spawn(process.execPath, [COMMAND, 'serve', '--plans', folder, '--listen', '127.0.0.1:0'], {
    cwd: folder,
    env: { ...process.env, HOME: folder, REFIT_STORE: '' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const link = (JSON.parse(await firstLine(child)) as { readonly url: string }).url;
  const { origin, hash } = new URL(link);
  const login = await fetch(`${origin}/api/login`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ token: hash.slice('#login='.length) }),
  });
  const cookie = login.headers.get('set-cookie')!.split(';', 1)[0]!;
  return {
    ...{ origin, cookie },
    memory: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1_024,
    get: async (path) => (await fetch(`${origin}/api${path}`, { headers: { cookie } })).text(),
    close: () => void child.kill(),
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line;
  throw new Error('the console ended without a line');
}

/** Waits until the console has read its inventory. */
async function hasRead(console: Served): Promise<void> {
  for (;;) {
    const view = JSON.parse(await console.get('/fleet/reading')) as FleetReadingView;
    if (view.inProgress === null && view.reading !== null) return;
    await systemClock.sleep(50);
  }
}

/** A measured fleet of several accounts and zones. */
function inventoryText(): string {
  const inventory = inventoryOf(COUNT);
  const instances = inventory.instances.map(
    (one, at): Instance => ({
      ...one,
      zone: `${one.region}-${1 + (at % 4)}`,
      profile: at % 5 === 0 ? 'retail' : 'default',
      used: {
        total: (at * 37) % (one.size.memoryPerShard * one.size.shards),
        fullestShard: null,
        source: 'MemUtil, maximum of 24 hours',
        readAt: inventory.readAt,
      },
    }),
  );
  return JSON.stringify({ ...inventory, instances });
}

/** What people ask, each with another filter and order: nothing is kept from the one before. */
const questions = (round: number): readonly string[] =>
  ['name', '-memory', '-use', 'zone', 'status'].map(
    (sort, at) =>
      `/fleet?q=${round % 10}${at}&region=ap-shanghai&tag=tier%3Dsilver&sort=${sort}&offset=200&limit=100`,
  );

/** All rows of this file; those of the browser only if there is one. */
export async function consoleFleet(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'refit-bench-console-'));
  const [full, empty] = [join(folder, 'fleet.json'), mkdtempSync(join(tmpdir(), 'refit-bench-console-'))];
  const text = inventoryText();
  writeFileSync(full, text);
  try {
    return [await memoryOf(folder, empty), await answers(folder, text), ...(await opened(folder))];
  } finally {
    for (const one of [folder, empty]) rmSync(one, { recursive: true, force: true });
  }
}

/** The memory of a server that has read the fleet and answered 200 questions, beside one without a fleet. */
async function memoryOf(folder: string, empty: string): Promise<Row> {
  const pairs: [number, number][] = [];
  for (let round = 0; round < 3; round++) {
    const [full, bare] = await Promise.all([serve(folder), serve(empty)]);
    await hasRead(full);
    for (let asked = 0; asked < 40; asked++)
      for (const question of questions(asked)) await Promise.all([full.get(question), bare.get(question)]);
    pairs.push([full.memory(), bare.memory()]);
    for (const one of [full, bare]) one.close();
  }
  const row = rowOf(pairs, {
    name: 'console: memory of the server with 100,000 instances',
    ...{ unit: 'MB', floorName: 'without a fleet' },
  });
  return {
    ...row,
    beside: [
      { name: 'server', value: Math.max(...pairs.map(([used]) => used)), unit: ' MB', atMost: MOST_MEMORY },
    ],
  };
}

/** One filter, order and page over HTTP, beside JSON.parse of the same inventory. */
async function answers(folder: string, text: string): Promise<Row> {
  const served = await serve(folder);
  try {
    await hasRead(served);
    let round = 0;
    return await rounds(
      async () => {
        const asked = questions(round++);
        const began = systemClock.monotonic();
        for (const question of asked) await served.get(question);
        return (systemClock.monotonic() - began) / asked.length;
      },
      () => {
        const began = systemClock.monotonic();
        JSON.parse(text);
        return systemClock.monotonic() - began;
      },
      {
        name: 'console: a filter, an order and a page of 100,000 instances',
        ...{ unit: 'ms', floorName: 'JSON.parse of the inventory', reach: { atMost: 0.2 } },
      },
    );
  } finally {
    served.close();
  }
}

/** The table of 100,000 instances until it can be used, beside a page of the same console without data. */
async function opened(folder: string): Promise<readonly Row[]> {
  if (CHROMIUM === undefined) return [];
  const served = await serve(folder);
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const context = await browser.newContext({ locale: 'en-GB' });
    const [name, value] = served.cookie.split('=') as [string, string];
    await context.addCookies([{ name, value, url: served.origin }]);
    const page = await context.newPage();
    await hasRead(served);
    return [
      await rounds(
        () => until(page, `${served.origin}/fleet`, '.fleet-table [data-at="8"] code'),
        () => until(page, `${served.origin}/nothing`, '.empty h1'),
        {
          name: 'console: table of 100,000 instances opened, until it can be used',
          ...{ unit: 'ms', floorName: 'an empty page of the same console' },
        },
      ),
    ];
  } finally {
    await browser.close();
    served.close();
  }
}

/** Milliseconds from the request to the moment when an element is there, by the clock of the page. */
async function until(page: Page, address: string, wanted: string): Promise<number> {
  await page.goto(address);
  await page.locator(wanted).first().waitFor();
  return await page.evaluate<number>('performance.now()');
}
