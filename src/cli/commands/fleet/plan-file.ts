/** Files of plans that a command writes for people to edit. */
import { lstat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { RefitError } from '../../../errors.ts';
import { shellQuote } from '../../../next-command.ts';
import { installedPath } from '../../../operations/installed-files.ts';
import { escapeControls } from '../../../report/document/escape.ts';

/** Refuses to overwrite a file, which somebody may have edited. @param command the start of the command. @throws RefitError `usage` */
export async function mustNotExist(path: string, command: string): Promise<void> {
  const present = await lstat(path).catch(() => null);
  if (present === null || present.isCharacterDevice() || present.isFIFO()) return;
  throw new RefitError(
    'usage',
    `${escapeControls(path)} already exists; nothing was written`,
    `use another name, or overwrite it with --force: ${command} -o ${shellQuote(path)} --force`,
  );
}

/** The path of the schema for editors: relative within a project, else absolute; null if no such file is installed. */
export async function schemaFrom(plan: string): Promise<string | null> {
  const schema = await installedPath('schemas/plan.schema.json');
  if (schema === null) return null;
  const isNear = !relative(process.cwd(), schema).startsWith('..');
  return isNear ? relative(dirname(resolve(plan)), schema) : schema;
}
