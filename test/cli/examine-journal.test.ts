/**
 * What `audit verify` detects: a thousand random changes of each sort in the journal of a run, and every position at
 * which its end can be cut off. A change that gives the same bytes does not count.
 */
import { describe, expect, it } from 'vitest';
import { canonical, sha256 } from '../../src/digest.ts';
import { GENESIS } from '../../src/journal/chain.ts';
import type { JournalEntry } from '../../src/model.ts';
import { examineJournal, type KnownHead } from '../../src/operations/audit/examine-journal.ts';
import { type Random, seededRandom } from '../../src/simulator/world/random.ts';
import { decodeJournal } from '../../src/store/folder/journal-file.ts';
import { ALL_TO_8GB, clusters, standards } from '../run/fleets.ts';
import { type Stage, setStage } from '../run/stage.ts';

const TIMES = 1_000;
const LINE_FEED = 0x0a;

/** A run with a lost answer, a refused step and a failed step: a dozen kinds of entries. */
const stage: Stage = await setStage({
  fleet: [...standards(4), ...clusters(1)],
  plan: `${ALL_TO_8GB}\nwaves: [{ name: canary, take: 1 }, { name: rest, take: rest }]`,
  faults: ['lost-answer#1', 'sold-out=crs-aaaa0002', 'failed-task=crs-aaaa0003'],
});
const { entries } = await stage.run();
const journal = Buffer.from(stage.disk.text, 'utf8');
const lines = stage.disk.text.split('\n').slice(0, -1);
const head: KnownHead = { hash: entries.at(-1)!.hash, from: '--head' };

const examine = (bytes: Buffer, heads: readonly KnownHead[]) =>
  examineJournal(decodeJournal(bytes), { name: 'journal.jsonl', saved: stage.saved, heads });

const joined = (text: readonly string[]) => Buffer.from(text.map((line) => `${line}\n`).join(''), 'utf8');

/** One change of a sort at a random position; null if it changes nothing. */
type Change = (chance: Random) => Buffer;

const at = (chance: Random, end = journal.length) => chance.whole(0, end - 1);
const line = (chance: Random, end = lines.length) => chance.whole(0, end - 1);

const CHANGES: Readonly<Record<string, Change>> = {
  'one byte is different': (chance) => {
    const bytes = Buffer.from(journal);
    bytes[at(chance)] = chance.whole(0, 255);
    return bytes;
  },
  'one bit is different': (chance) => {
    const bytes = Buffer.from(journal);
    const place = at(chance);
    bytes[place] = bytes[place]! ^ (1 << chance.whole(0, 7));
    return bytes;
  },
  'one byte is removed': (chance) => {
    const place = at(chance);
    return Buffer.concat([journal.subarray(0, place), journal.subarray(place + 1)]);
  },
  'one byte is added': (chance) => {
    const place = at(chance, journal.length + 1);
    return Buffer.concat([
      journal.subarray(0, place),
      Buffer.from([chance.whole(0, 255)]),
      journal.subarray(place),
    ]);
  },
  'two bytes are swapped': (chance) => {
    const bytes = Buffer.from(journal);
    const [a, b] = [at(chance), at(chance)];
    [bytes[a], bytes[b]] = [bytes[b]!, bytes[a]!];
    return bytes;
  },
  'two neighbouring bytes are swapped': (chance) => {
    const bytes = Buffer.from(journal);
    const a = at(chance, journal.length - 1);
    [bytes[a], bytes[a + 1]] = [bytes[a + 1]!, bytes[a]!];
    return bytes;
  },
  'two lines are swapped': (chance) => {
    const text = [...lines];
    const [a, b] = [line(chance), line(chance)];
    [text[a], text[b]] = [text[b]!, text[a]!];
    return joined(text);
  },
  'one line is removed': (chance) => joined(lines.toSpliced(line(chance), 1)),
  'one line is doubled': (chance) => {
    const which = line(chance);
    return joined(lines.toSpliced(which, 0, lines[which]!));
  },
  'one line is moved': (chance) => {
    const which = line(chance);
    return joined(lines.toSpliced(which, 1).toSpliced(line(chance), 0, lines[which]!));
  },
};

/** Whether the changed journal is a prefix of the original: a crash, or somebody who cuts it off, leaves one. */
const isCutOff = (bytes: Buffer) =>
  bytes.length < journal.length && journal.subarray(0, bytes.length).equals(bytes);

describe('audit verify', () => {
  it('finds no fault in an unchanged journal', () => {
    expect(entries.length).toBeGreaterThan(20);
    expect(examine(journal, [])).toMatchObject({ sound: true, ended: true, faults: [], warnings: [] });
    expect(examine(journal, [head])).toMatchObject({ sound: true, faults: [], warnings: [] });
  });

  it.each(Object.entries(CHANGES))(`detects each of ${TIMES} changes where %s`, (sort, change) => {
    const chance = seededRandom(Number.parseInt(sha256(sort).slice(0, 8), 16));
    for (let made = 0; made < TIMES; ) {
      const bytes = change(chance);
      if (bytes.equals(journal)) continue;
      made += 1;
      const why = `change ${made}: ${journal.length} bytes have become ${bytes.length}`;
      expect(examine(bytes, [head]).sound, why).toBe(false);
      const { sound, warnings, ended } = examine(bytes, []);
      // Without a separate head only the end can be missing, and the run then shows as not ended.
      if (sound) {
        const last = journal.length - 1;
        const only = isCutOff(bytes) || bytes.subarray(0, last).equals(journal.subarray(0, last));
        expect(only, `${why}, and nothing was noticed`).toBe(true);
        expect(ended, why).toBe(false);
        const torn = bytes.at(-1) !== LINE_FEED;
        expect(warnings, why).toHaveLength(torn ? 1 : 0);
      }
    }
  });
});

describe('a journal without its end', () => {
  /** Every boundary of entries, and every byte of the last three lines. */
  const cuts = new Set<number>([0]);
  for (let byte = 0; byte < journal.length; byte++) if (journal[byte - 1] === LINE_FEED) cuts.add(byte);
  const fromHere = journal.length - joined(lines.slice(-3)).length;
  for (let byte = fromHere; byte < journal.length; byte++) cuts.add(byte);

  it('is detected at each cut by audit verify --head', () => {
    expect(cuts.size).toBeGreaterThan(lines.length + 500);
    for (const cut of cuts) {
      const { sound, faults } = examine(journal.subarray(0, cut), [head]);
      expect(sound, `cut off at byte ${cut} of ${journal.length}`).toBe(false);
      expect(faults.join(), `cut off at byte ${cut}`).toContain('entries were removed');
    }
  });

  it('gives only a warning for an incomplete entry without a head, and none for missing whole entries', () => {
    for (const cut of cuts) {
      const { sound, ended, warnings } = examine(journal.subarray(0, cut), []);
      const torn = cut > 0 && journal[cut - 1] !== LINE_FEED;
      expect({ sound, ended }, `cut off at byte ${cut}`).toEqual({ sound: true, ended: false });
      expect(warnings.join(), `cut off at byte ${cut}`).toMatch(
        torn ? /bytes of an incomplete entry/ : cut === 0 ? /the journal is empty/ : /^$/,
      );
    }
  });

  it('has a fault if an incomplete entry follows the end of the run', () => {
    const bytes = Buffer.concat([journal, Buffer.from('{"at":"2026-')]);
    expect(examine(bytes, [])).toMatchObject({ sound: false, ended: true });
  });
});

it('only a separate head detects a journal that was rewritten with a new chain', () => {
  let prev = GENESIS;
  const rewritten = entries.map(({ hash: _, ...entry }) => {
    const forged =
      entry.kind === 'step-ended' && entry.outcome === 'failed'
        ? { ...entry, outcome: 'verified', code: null }
        : entry;
    const rest = { ...forged, prev };
    prev = sha256(canonical(rest));
    return canonical({ ...rest, hash: prev } as unknown as JournalEntry);
  });
  expect(rewritten).not.toEqual(lines);
  expect(examine(joined(rewritten), []).sound).toBe(true);
  expect(examine(joined(rewritten), [head]).sound).toBe(false);
});
