/** Files as one archive: names sorted by who gives them, one time for all, no owner, so that a run gives the same bytes. */
import { Header, Pack, ReadEntry } from 'tar';
import type { EvidenceFile } from '../../report/run/evidence.ts';

/**
 * @param folder the folder in the archive that holds them. @param at the time of every file, ms since 1970 UTC.
 * @param gzip whether it is compressed.
 */
export async function packEvidence(
  files: readonly EvidenceFile[],
  { folder, at, gzip }: { readonly folder: string; readonly at: number; readonly gzip: boolean },
): Promise<Buffer> {
  const pack = new Pack({ portable: true, gzip: gzip ? { level: 9, portable: true } : false });
  const whole = pack.concat();
  for (const { path, text } of files) {
    const data = Buffer.from(text, 'utf8');
    const entry = new ReadEntry(
      new Header({
        path: `${folder}/${path}`,
        mode: 0o644,
        size: data.length,
        mtime: new Date(at),
        type: 'File',
      }),
    );
    pack.add(entry);
    entry.end(data);
  }
  pack.end();
  return whole;
}
