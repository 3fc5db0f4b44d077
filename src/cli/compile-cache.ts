/**
 * What Node compiled of the command is kept for the next call, which then starts in half the time. It is kept in the
 * user's own cache and nowhere else: who can write there could put code into a process that holds keys.
 */
import { mkdirSync, statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { isAbsolute, join } from 'node:path';

/**
 * In `$XDG_CACHE_HOME/refit`, else `~/.cache/refit`. Where that cannot be, or is another user's, nothing is kept; where
 * `NODE_COMPILE_CACHE` or `NODE_DISABLE_COMPILE_CACHE` is set, Node does as it says.
 */
export function useCompileCache(env: Readonly<Record<string, string | undefined>>): void {
  if (env.NODE_COMPILE_CACHE || env.NODE_DISABLE_COMPILE_CACHE) return;
  const { XDG_CACHE_HOME: cache, HOME: home } = env;
  const base = cache && isAbsolute(cache) ? cache : home && isAbsolute(home) ? join(home, '.cache') : null;
  if (base === null) return;
  const folder = join(base, 'refit');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (statSync(folder).uid === process.getuid?.()) enableCompileCache(folder);
  } catch {
    // A read-only home, or none: it starts as fast as it can without.
  }
}
