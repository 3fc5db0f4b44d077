/**
 * `npm run bench [NAME…] [-- --write]`: measures each figure with a floor or a peer in the same run. It prints the rows;
 * `--write` also writes them to docs/benchmarks.md, where the other rows stay. `npm run bench picture` draws
 * docs/limit.svg from its own runs, and `npm run bench rightsizing-picture` draws docs/images/rightsizing.svg.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from './measure.ts';
import { rowText, withRows } from './print.ts';

type Bench = () => Promise<Row | readonly Row[]>;

const BENCHES: Readonly<Record<string, Bench>> = {
  start: async () => (await import('./start.ts')).startUp('start'),
  validate: async () => (await import('./start.ts')).startUp('validate'),
  journal: async () => (await import('./journal.ts')).journalEntries(),
  replay: async () => (await import('./replay.ts')).replays(),
  planning: async () => (await import('./planning.ts')).planning(),
  report: async () => (await import('./report.ts')).reportPage(),
  targets: async () => (await import('./explicit-targets.ts')).explicitTargets(),
  limit: async () => (await import('./limit.ts')).useOfLimit(),
  http: async () => (await import('./over-http.ts')).overHttp(),
  sharing: async () => (await import('./limit.ts')).sharing(),
  calls: async () => (await import('./following.ts')).callsPerResize(),
  makespan: async () => (await import('./following.ts')).makespan(),
  company: async () => (await import('./company.ts')).company(),
  cpu: async () => (await import('./cpu.ts')).cpuPerOrder(),
  simulator: async () => (await import('./simulator.ts')).simulatorOrders(),
  rehearse: async () => (await import('./rehearse.ts')).rehearsal(),
  'rehearsal-agrees': async () => (await import('./rehearsal-agrees.ts')).rehearsalAgrees(),
  'store-appends': async () => (await import('./store/appends.ts')).storeAppends(),
  'store-lanes': async () => (await import('./store/lanes.ts')).storeLanes(),
  'store-submit': async () => (await import('./store/submit.ts')).storeSubmit(),
  'store-idle': async () => (await import('./store/idle.ts')).storeIdle(),
  'store-open': async () => (await import('./store/open.ts')).storeOpen(),
  'usage-walk': async () => (await import('./usage-walk.ts')).usageWalk(),
  recommend: async () => (await import('./recommend.ts')).recommending(),
  'console-fleet': async () => (await import('./console-fleet.ts')).consoleFleet(),
  page: async () => (await import('./report-page.ts')).pageMade(),
  'console-page': async () => (await import('./console/run-page.ts')).runPage(),
  'console-review': async () => (await import('./console/review-page.ts')).reviewOpened(),
  'console-audit': async () => (await import('./console/audit-search.ts')).auditSearch(),
  'console-live-fleet': async () => (await import('./console/live-fleet.ts')).liveFleet(),
  'console-watchers': async () => (await import('./console/watchers.ts')).watchers(),
  interactive: async () => (await import('./report-page.ts')).pageOpened(),
};

/** Benchmarks that take half an hour. */
const ONLY_BY_NAME: ReadonlySet<string> = new Set(['company']);

const DOCUMENT = join(import.meta.dirname, '../docs/benchmarks.md');
const DOCS = join(import.meta.dirname, '../docs');

const args = process.argv.slice(2);
const wanted = args.filter((arg) => arg !== '--write');
if (wanted.includes('picture')) {
  writeFileSync(join(DOCS, 'limit.svg'), await (await import('./picture.ts')).limitPicture());
  process.exit();
}
if (wanted.includes('rightsizing-picture')) {
  const { rightsizingPicture } = await import('./rightsizing-picture.ts');
  writeFileSync(join(DOCS, 'images/rightsizing.svg'), rightsizingPicture());
  process.exit();
}
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  process.stderr.write(
    `unknown benchmark ${unknown.join(', ')}; one of: ${Object.keys(BENCHES).join(', ')}, picture\n`,
  );
  process.exit(64);
}

const measured: Row[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 ? !wanted.includes(name) : ONLY_BY_NAME.has(name)) continue;
  const rows = [await bench()].flat();
  measured.push(...rows);
  for (const row of rows) process.stdout.write(rowText(row));
}
if (args.includes('--write')) {
  const text = readFileSync(DOCUMENT, 'utf8');
  const marks = /(<!-- figures -->\n)([\s\S]*?)(\n<!-- \/figures -->)/;
  writeFileSync(
    DOCUMENT,
    text.replace(marks, (_, before, table, after) => `${before}${withRows(table, measured)}${after}`),
  );
}
