/** The journal of a run as files of an archive. They are read in pieces, and checked again each time. */
import { createSha256 } from '../../digest.ts';
import { RefitError } from '../../errors.ts';
import { type ChainEnd, createDecoder } from '../../journal/chain.ts';
import type { JournalEntry, SavedPlan } from '../../model.ts';
import { shellQuote } from '../../next-command.ts';
import { createEventLines } from '../../report/run/cloud-events.ts';
import type { LargeFile } from '../../report/run/evidence.ts';
import type { RunReader } from '../../store/ports.ts';

type Source = Pick<RunReader, 'name' | 'journalPieces'>;

/**
 * Reads a journal up to an entry. A live run may have written more.
 * @throws RefitError `journal-broken` if its lines do not lead to that entry.
 */
export async function* journalUpTo(
  run: Source,
  { seq, hash }: ChainEnd,
): AsyncGenerator<{ readonly text: string; readonly entries: readonly JournalEntry[] }> {
  let entries: JournalEntry[] = [];
  const decoding = createDecoder((entry) => entries.push(entry));
  if (seq > 0)
    for await (const piece of run.journalPieces()) {
      entries = [];
      const text = firstLines(piece, seq - decoding.end.seq);
      decoding.read(text);
      if (decoding.fault !== null) break;
      yield { text, entries };
      if (decoding.end.seq === seq) break;
    }
  if (decoding.fault === null && (seq === 0 || decoding.end.hash === hash)) return;
  throw new RefitError(
    'journal-broken',
    `${run.name}: the journal changed while it was read`,
    `refit audit verify ${shellQuote(run.name)}   lists every fault`,
  );
}

function firstLines(text: string, count: number): string {
  let to = 0;
  for (let lines = 0; lines < count && to < text.length; lines++) to = text.indexOf('\n', to) + 1;
  return text.slice(0, to);
}

/** The journal up to an entry, and the same as CloudEvents. Throws as `journalUpTo` does. */
export async function journalFiles(run: Source, saved: SavedPlan, end: ChainEnd): Promise<LargeFile[]> {
  return [
    await measured('journal.jsonl', async function* () {
      for await (const { text } of journalUpTo(run, end)) yield text;
    }),
    await measured('events.jsonl', async function* () {
      const lineOf = createEventLines(saved);
      for await (const { entries } of journalUpTo(run, end)) yield entries.map(lineOf).join('');
    }),
  ];
}

async function measured(path: string, pieces: LargeFile['pieces']): Promise<LargeFile> {
  const sum = createSha256();
  let size = 0;
  for await (const piece of pieces()) {
    sum.add(piece);
    size += Buffer.byteLength(piece);
  }
  return { path, size, sha256: sum.end(), pieces };
}
