/** Journal files that are longer than one piece of reading. The result is the same as for one piece. */
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ChainEnd, decode, EMPTY_CHAIN, sealLine } from '../../src/journal/chain.ts';
import { journalFilePieces, readJournalFile } from '../../src/store/folder/journal-file.ts';
import { words } from '../messages/words.ts';

/** Letters of one to four bytes, so that some pieces end within a letter. */
const LETTERS = ['a', 'é', '容', '𝄞'];

function journalOf(entries: number, longest: number): string {
  let end: ChainEnd = EMPTY_CHAIN;
  let text = '';
  for (let n = 0; n < entries; n++) {
    const letters = LETTERS[n % LETTERS.length]!.repeat(n === entries >> 1 ? longest : 40 + n);
    const event = {
      kind: 'not-sent',
      step: 'crs-aaaa0001/memoryPerShard',
      attempt: n,
      reason: words(letters),
    } as const;
    const { entry, line } = sealLine(end, '2026-11-01T00:00:00.000Z', event);
    end = { seq: entry.seq, hash: entry.hash };
    text += `${line}\n`;
  }
  return text;
}

const TEXT = journalOf(1_200, 1_000_000);
const WHOLE = decode(TEXT);
const folder = await mkdtemp(join(tmpdir(), 'refit-walk-'));
const path = join(folder, 'journal.jsonl');
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a journal of several pieces', () => {
  it('reads the same as in one piece, also with a line longer than a piece', async () => {
    await writeFile(path, TEXT);
    const read = await readJournalFile(path);
    expect(read).toMatchObject({ fault: null, end: WHOLE.end, torn: null, tornBytes: 0 });
    expect(read.wholeBytes).toBe(Buffer.byteLength(TEXT));
    expect(read.entries).toEqual(WHOLE.entries);
  });

  it('gives whole lines in pieces, byte by byte, without a torn one', async () => {
    const long = `"${'容'.repeat(1_500_000)}"\n`;
    const lines = TEXT + long + TEXT;
    await writeFile(path, `${lines}{"at":"容`);
    const pieces: string[] = [];
    for await (const piece of journalFilePieces(path)) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.every((piece) => piece.endsWith('\n'))).toBe(true);
    expect(pieces.join('') === lines).toBe(true);
    for await (const piece of journalFilePieces(`${path}.missing`)) expect(piece).toBe('never');
  });

  it('separates a torn line from whole lines', async () => {
    await writeFile(path, TEXT);
    await appendFile(path, '{"at":"容');
    const read = await readJournalFile(path);
    expect(read).toMatchObject({ fault: null, end: WHOLE.end, torn: '{"at":"容', tornBytes: 10 });
  });

  it('reports a line that is not text, and returns the entries before it', async () => {
    await writeFile(path, TEXT);
    const bytes = await readFile(path);
    const at = bytes.length - 40;
    bytes[at] = 0xff;
    await writeFile(path, bytes);
    const read = await readJournalFile(path);
    expect(read.fault).toEqual({ line: 1_200, message: 'the line is not UTF-8' });
    expect(read.entries).toHaveLength(1_199);
    expect(read.wholeBytes).toBe(bytes.length);
  });

  it('stops at the first changed line, and still counts its bytes', async () => {
    await writeFile(path, TEXT.replace('"attempt":700', '"attempt":701'));
    const read = await readJournalFile(path);
    expect(read.fault).toEqual({ line: 701, message: 'hash does not match the entry: it was changed' });
    expect(read.entries).toHaveLength(700);
    expect(read.wholeBytes).toBe(Buffer.byteLength(TEXT));
  });
});
