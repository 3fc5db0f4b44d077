/** Reads a plan of a store. Somebody else may have written it, so it is parsed as a file would be. Pure. */
import { SUBJECTS } from '../../files/subjects.ts';
import { shellQuote } from '../../next-command.ts';
import type { StoredPlan } from '../../store/schedule-store.ts';
import { type FileReading, readPlanFile } from '../plan-file.ts';

/** The largest text of a plan of that name, in bytes. */
export function mostBytes(name: string): number {
  return SUBJECTS[name.toLowerCase().endsWith('.json') ? 'saved-plan' : 'plan'].most;
}

/**
 * Reads a plan for the schedule of a store. @param text null: it is gone, or too large.
 * @param path as the user would type it.
 */
export function readStoredPlan(name: string, text: string | null, path: string = name): FileReading {
  const invalid = (message: string, fix: string): FileReading => ({ kind: 'invalid', name, message, fix });
  const putAgain = `refit schedule put ${shellQuote(path)}`;
  if (text === null) return invalid('the store has no text for it that Refit can read', putAgain);
  const reading = readPlanFile(name, text, path);
  if (reading === null) return invalid('it is no plan and no saved plan', putAgain);
  if (reading.kind !== 'scheduled') return reading;
  const [file] = reading.plan.files ?? [];
  if (file === undefined) return reading;
  return invalid(
    `it names the file ${file}, and a store keeps no files beside a plan`,
    `refit plan ${shellQuote(path)} -o saved.json   seals the file into a saved plan, which can be put; or remove it from the plan`,
  );
}

/** The plans of a store, each parsed once for each text. */
export function createPlanReader(
  textOf: (plan: Pick<StoredPlan, 'name' | 'sha256'>) => Promise<string | null>,
) {
  let known = new Map<
    string,
    { readonly sha256: string; readonly text: string; readonly reading: FileReading }
  >();
  return {
    /** @param plans those to read. Others are forgotten. */
    async read(plans: readonly StoredPlan[]): Promise<readonly FileReading[]> {
      const next: typeof known = new Map();
      const files: FileReading[] = [];
      for (const plan of plans) {
        const { name, sha256, bytes } = plan;
        const before = known.get(name);
        const text =
          before?.sha256 === sha256 ? before.text : bytes > mostBytes(name) ? null : await textOf(plan);
        const reading = before?.sha256 === sha256 ? before.reading : readStoredPlan(name, text);
        if (text !== null) next.set(name, { sha256, text, reading });
        files.push(reading);
      }
      known = next;
      return files;
    },
    /** The text of a plan as it was read last. */
    textOf: (name: string): string | null => known.get(name)?.text ?? null,
  };
}
