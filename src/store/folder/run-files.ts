/** The names of a run's files, and the text of bytes. Imports little, so that it loads fast. */
export { RUN_FILES } from '../run-files.ts';

/** Decodes bytes; null if they are not UTF-8. */
export function textOf(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
