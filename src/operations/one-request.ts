/** One request of a long process, such as the console. */
import { FileLedger } from '../files/file-ledger.ts';

/**
 * Carries out one request. A command refuses to write over a file that it has read. A console reads and writes the same files
 * for years, so each request is judged apart from the others.
 */
export function asOneRequest<T>(work: () => Promise<T>): Promise<T> {
  return new FileLedger().during(work);
}
