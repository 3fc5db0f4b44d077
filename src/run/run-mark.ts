/** The mark of a run: how far its store knows its journal to have come. */
import type { RunMark, RunRegister, RunSnapshot } from '../store/ports.ts';

/** Opens the mark of a run. The state knows a new run before its first entry, so that a crash does not make it unknown. */
export async function markOf({ trust }: Pick<RunSnapshot, 'trust'>, register: RunRegister): Promise<RunMark> {
  if (trust?.kind === 'new') await register.register();
  return register.open();
}

/** The mark of an adopted run. The state knows the run once its adoption is durable: a crash before needs another one. */
export function markOnAdoption(register: RunRegister): RunMark {
  let mark: RunMark | null = null;
  return {
    async write(end) {
      if (mark !== null) return mark.write(end);
      await register.register(end);
      mark = await register.open();
    },
    close: async (end) => mark?.close(end),
  };
}
