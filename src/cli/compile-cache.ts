/**
 * Keeps compiled code for the next call, which then starts in half the time. The cache is always the user's own folder:
 * anyone who can write there can put code into a process that holds keys.
 */
import { mkdirSync, statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { isAbsolute, join } from 'node:path';

/**
 * Uses `$XDG_CACHE_HOME/refit`, else `~/.cache/refit`. If Refit cannot create the folder, or another user owns it or
 * can write to it, there is no cache. `NODE_COMPILE_CACHE` and `NODE_DISABLE_COMPILE_CACHE` take precedence.
 */
export function useCompileCache(env: Readonly<Record<string, string | undefined>>): void {
  if (env.NODE_COMPILE_CACHE || env.NODE_DISABLE_COMPILE_CACHE) return;
  const { XDG_CACHE_HOME: cache, HOME: home } = env;
  const base = cache && isAbsolute(cache) ? cache : home && isAbsolute(home) ? join(home, '.cache') : null;
  if (base === null) return;
  const folder = join(base, 'refit');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(folder);
    if (uid === process.getuid?.() && (mode & 0o022) === 0) enableCompileCache(folder);
  } catch {
    // The home folder is read-only or missing: Refit starts without a cache.
  }
}
