/** A journal of any length for the benchmarks: steps that are looked at, ordered, accepted and verified, four entries each. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { type ChainEnd, EMPTY_CHAIN, sealLine } from '../src/journal.ts';
import { type Deed, JOURNAL_FORMAT } from '../src/model.ts';

const BEGAN = Date.parse('2026-11-01T00:00:00.000Z');
/** Steps by which a journal of any length is told, so that what a replay keeps of them is no part of what is measured. */
const STEPS = 1_000;

/** Writes so many entries of a run of the plan with that digest, and nothing of its end. */
export function writeJournal(path: string, entries: number, digest: string): void {
  const file = openSync(path, 'w');
  let end: ChainEnd = EMPTY_CHAIN;
  let lines = '';
  for (let n = 0; n < entries; n++) {
    const { entry, line } = sealLine(end, new Date(BEGAN + n * 50).toISOString(), deed(n, digest));
    end = { seq: entry.seq, hash: entry.hash };
    lines += `${line}\n`;
    if (lines.length < 1_000_000 && n < entries - 1) continue;
    writeSync(file, lines);
    lines = '';
  }
  closeSync(file);
}

function deed(n: number, digest: string): Deed {
  if (n === 0)
    return {
      kind: 'run-started',
      format: JOURNAL_FORMAT,
      digest,
      plan: 'bench',
      user: 'bench',
      host: 'bench',
      pid: 1,
      endpoint: null,
      version: '0.0.0',
      cutOff: 0,
    } as unknown as Deed;
  const at = n - 1;
  const step = `crs-${((at >> 2) % STEPS).toString(36).padStart(8, '0')}/memoryPerShard`;
  const size = { memoryPerShard: 4096, shards: 3, replicas: 1 };
  const attempt = 1;
  const requestId = `00000000-0000-4000-8000-${at.toString(16).padStart(12, '0')}`;
  switch (at % 4) {
    case 0:
      return { kind: 'looked', step, size } as Deed;
    case 1:
      return { kind: 'intent', step, attempt } as unknown as Deed;
    case 2:
      return {
        kind: 'accepted',
        step,
        attempt,
        order: `2026110${at}`,
        requestId,
        sentAt: new Date(BEGAN + n * 50).toISOString(),
      } as unknown as Deed;
    default:
      return {
        kind: 'step-ended',
        step,
        outcome: 'verified',
        code: null,
        what: 'read back at the planned size',
        size,
        billed: null,
      } as Deed;
  }
}
