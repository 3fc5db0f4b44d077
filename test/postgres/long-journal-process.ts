/**
 * Writes a long journal in a run directory, resumes it, hands it over to a store, claims it there, and exports it. It is a
 * process of its own, so that its heap can be smaller than the journal. Prints what it saw, and the memory it needed.
 *
 *     node --max-old-space-size=64 test/postgres/long-journal-process.ts URL FOLDER ENTRIES BYTES
 *
 * BYTES is the size of an entry; 0: entries as runs write them.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { journalPieces, longPlan } from '../../bench/long-journal.ts';
import { savedPlanOf } from '../../bench/saved-plan.ts';
import { systemClock } from '../../src/clock.ts';
import { type ChainEnd, EMPTY_CHAIN, sealLine } from '../../src/journal/chain.ts';
import { message } from '../../src/messages/messages.ts';
import { JOURNAL_FORMAT, type JournalEvent } from '../../src/model.ts';
import { exportStoredRun, importRun } from '../../src/operations/runs/move-run.ts';
import { claimRunDirectory } from '../../src/store/folder/claim-run.ts';
import { openStore } from '../../src/store/postgres/open-store.ts';
import { resolveStore } from '../../src/store/postgres/store-target.ts';

const [url = '', folder = '', entries = '0', bytes = '0'] = process.argv.slice(2);
const saved = bytes === '0' ? longPlan() : savedPlanOf(20);
const endpoint = 'http://127.0.0.1:1';
const directory = join(folder, 'run');
const stateDirectory = join(folder, 'state');
const megabytes = () => Math.round(process.resourceUsage().maxRSS / 1024);
const peaks: Record<string, number> = {};

/** Lines of the wanted size, which a report does not list. */
function* largePieces(count: number, size: number): Generator<{ text: string; end: ChainEnd }> {
  const by = { user: 'long', host: 'long', pid: 1 };
  const started: JournalEvent = {
    ...{ kind: 'run-started', format: JOURNAL_FORMAT, plan: saved.name, digest: saved.digest },
    ...{ resumed: false, cutOff: 0, by, endpoint, version: '0.1.0' },
  };
  const awaited: JournalEvent = {
    ...{ kind: 'approval-awaited', wave: 0, name: 'canary', until: saved.sealedAt },
    message: message('run.call-failed', { error: 'x'.repeat(size) }),
  };
  let end = EMPTY_CHAIN;
  let text = '';
  for (let n = 0; n <= count; n++) {
    const { entry, line } = sealLine(end, saved.sealedAt, n === 0 ? started : awaited);
    end = { seq: entry.seq, hash: entry.hash };
    text += `${line}\n`;
    if (text.length < 1_000_000 && n < count) continue;
    yield { text, end };
    text = '';
  }
}

function claimFolder() {
  const where = { saved, savedFile: null, runsRoot: folder, runDirectory: directory };
  return claimRunDirectory(where, { stateDirectory, clock: systemClock, endpoint, host: hostname() });
}

async function sumOf(path: string): Promise<string> {
  const sum = createHash('sha256');
  for await (const piece of createReadStream(path)) sum.update(piece);
  return sum.digest('hex');
}

const first = await claimFolder();
const journal = await first.openJournal();
const pieces =
  bytes === '0' ? journalPieces(Number(entries), saved) : largePieces(Number(entries), Number(bytes));
let last = EMPTY_CHAIN;
for (const { text, end } of pieces) {
  await journal.append(text, end);
  last = end;
}
await journal.close();
await first.register.register(last, true);
await first.release();
peaks.written = megabytes();

const resumed = await claimFolder();
resumed.run.replay.copy();
await resumed.release();
peaks.resumed = megabytes();

const options = { clock: systemClock, application: 'refit test', host: hostname(), worker: null };
const store = await openStore(await resolveStore(url, {}), options);
const imported = await importRun(store, directory, { clock: systemClock, stateDirectory });
peaks.imported = megabytes();
const claim = await store.claim(imported.run, 'refit apply');
claim.run.replay.copy();
await claim.release();
peaks.claimed = megabytes();
const copy = join(folder, 'copy');
const exported = await exportStoredRun(store, imported.run, copy);
peaks.exported = megabytes();
await store.close();
const [from, to] = [join(directory, 'journal.jsonl'), join(copy, 'journal.jsonl')];
const same = (await sumOf(from)) === (await sumOf(to));
const size = (await stat(from)).size;
process.stdout.write(
  `${JSON.stringify({ same, entries: exported.entries, bytes: size, megabytes: peaks })}\n`,
);
