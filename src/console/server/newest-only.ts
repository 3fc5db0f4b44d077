/** Work of which only the newest for each person counts, such as dry runs while somebody types. */
import type { RefitError } from '../../errors.ts';
import { message } from '../../messages/messages.ts';
import { refitError } from '../../messages/refit-error.ts';

export interface NewestOnly {
  /**
   * Starts work. Earlier work of the same person ends, and its caller gets an error.
   * @param work must end soon after its signal. @throws what the work throws.
   */
  run<T>(person: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** Work that runs at the same time, of all people together. */
const MOST = 4;

export function createNewestOnly(): NewestOnly {
  const running = new Map<string, AbortController>();
  return {
    async run(person, work) {
      running.get(person)?.abort(REPLACED());
      running.delete(person);
      if (running.size >= MOST) throw refitError('locked', message('error.console-busy'));
      const own = new AbortController();
      running.set(person, own);
      try {
        return await work(own.signal);
      } finally {
        if (running.get(person) === own) running.delete(person);
      }
    },
  };
}

const REPLACED = (): RefitError => refitError('locked', message('error.replaced'));
