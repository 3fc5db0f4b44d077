/**
 * Reads the journal of a run directory like `refit status` or like `refit audit verify`. It is a separate process, so
 * that CPU time and memory are its own. Prints `{ ms, megabytes }`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createExamination } from '../src/operations/audit/examine-journal.ts';
import { readSavedPlan } from '../src/plan/saved/read-saved-plan.ts';
import { walkJournalFile } from '../src/store/folder/journal-file.ts';
import { RUN_FILES, readRunSnapshot } from '../src/store/folder/run-directory.ts';
import { cpuTimed } from './measure.ts';

const [mode, directory = ''] = process.argv.slice(2);
const saved = readSavedPlan(readFileSync(join(directory, RUN_FILES.plan), 'utf8'));
const ms = await cpuTimed(async () => {
  if (mode === 'replay') return (await readRunSnapshot(directory)).state;
  const examination = createExamination({ name: 'journal.jsonl', saved, heads: [] });
  const audit = examination.end(await walkJournalFile(join(directory, RUN_FILES.journal), examination.add));
  if (!audit.sound) throw new Error(audit.faults.join('\n'));
  return audit;
});
process.stdout.write(JSON.stringify({ ms, megabytes: process.resourceUsage().maxRSS / 1024 }));
