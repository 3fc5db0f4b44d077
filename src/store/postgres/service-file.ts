/** Reads the service file of libpq, `pg_service.conf`: sections with `key=value` lines. `pg` has no reader. Pure. */
import { RefitError } from '../../errors.ts';

/**
 * The settings of each service, by its name. The first of two sections with one name counts, as in libpq.
 * @param file for messages, which never contain a value of the file.
 * @throws RefitError `usage` for a line that is not a section, a setting or a comment.
 */
export function parseServiceFile(
  text: string,
  file: string,
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const services = new Map<string, Map<string, string>>();
  let current: Map<string, string> | null = null;
  for (const [at, whole] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = whole.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, section] = /^\[(.+)\]$/.exec(line) ?? [];
    const [, key, value] = /^([a-z_]+)=(.*)$/.exec(line) ?? [];
    if (section !== undefined) {
      current = new Map();
      if (!services.has(section)) services.set(section, current);
    } else if (key !== undefined && current !== null) current.set(key, value!);
    else
      throw new RefitError(
        'usage',
        `${file}:${at + 1}: this line is no section, and no setting of a section`,
        'example: [refit], then host=db.example on the next line',
      );
  }
  return services;
}
