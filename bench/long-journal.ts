/** A run directory with a journal of any length, for benchmarks: a plan of a thousand steps, ordered repeatedly. */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { iso } from '../src/clock.ts';
import { type ChainEnd, EMPTY_CHAIN, sealLine } from '../src/journal/chain.ts';
import { message } from '../src/messages/messages.ts';
import { JOURNAL_FORMAT, type JournalEvent, type SavedPlan, type Step } from '../src/model.ts';
import { encodeSavedPlan } from '../src/plan/saved/seal-plan.ts';
import { RUN_FILES } from '../src/store/folder/run-files.ts';
import { savedPlanOf } from './saved-plan.ts';

/** A constant number of steps, so that the state of a replay does not grow with the journal. */
const STEPS = 1_000;
const BEGAN = Date.parse('2026-11-01T00:00:00.000Z');

/** Creates the folder with its plan and journal. */
export async function longRun(folder: string, entries: number): Promise<void> {
  mkdirSync(folder);
  const saved = longPlan();
  writeFileSync(join(folder, RUN_FILES.plan), encodeSavedPlan(saved));
  writeJournal(join(folder, RUN_FILES.journal), entries, saved);
}

function writeJournal(path: string, entries: number, saved: SavedPlan): void {
  const file = openSync(path, 'w');
  for (const { text } of journalPieces(entries, saved)) writeSync(file, text);
  closeSync(file);
}

/** A plan for `journalPieces`. @param name tells plans of one store apart. */
export function longPlan(name = 'long'): SavedPlan {
  return savedPlanOf(STEPS, [`change: ${name}`]);
}

/** The lines of a long journal in pieces of about a megabyte, each with the end of the chain after it. */
export function* journalPieces(
  entries: number,
  saved: SavedPlan,
): Generator<{ readonly text: string; readonly end: ChainEnd }> {
  let end: ChainEnd = EMPTY_CHAIN;
  let text = '';
  for (let n = 0; n < entries; n++) {
    const event = n === 0 ? started(saved) : eventOf(n, saved.steps[(n >> 2) % STEPS]!);
    const { entry, line } = sealLine(end, iso(BEGAN + n * 50), event);
    end = { seq: entry.seq, hash: entry.hash };
    text += `${line}\n`;
    if (text.length < 1_000_000 && n < entries - 1) continue;
    yield { text, end };
    text = '';
  }
}

function started({ name, digest }: SavedPlan): JournalEvent {
  const by = { user: 'bench', host: 'bench', pid: 1 };
  return {
    kind: 'run-started',
    format: JOURNAL_FORMAT,
    plan: name,
    digest,
    resumed: false,
    cutOff: 0,
    by,
    endpoint: 'http://127.0.0.1:1',
    version: '0.1.0',
  };
}

/** The entries of one attempt: Refit reads and orders, and the order has no effect. */
function eventOf(n: number, { id: step, before: size }: Step): JournalEvent {
  const attempt = 1;
  switch (n % 4) {
    case 0:
      return { kind: 'instance-read', step, status: 'running', size };
    case 1:
      return { kind: 'intent', step, attempt, size, providerAt: iso(BEGAN + n * 50) };
    case 2:
      return {
        kind: 'not-sent',
        step,
        attempt,
        reason: message('run.call-failed', { error: 'the slot was missed by 61 ms' }),
      };
    default:
      return { kind: 'calls', counts: [[BEGAN / 1000 + (n % 600), 'DescribeInstances', 1, 0]] };
  }
}
