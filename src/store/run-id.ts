/** The names of runs: those of run directories, and their ids in a database. */

/** `20261124T173000Z-1f0c2ab9`. @param now milliseconds since 1970 UTC. */
export function runIdOf(now: number, digest: string): string {
  const utc = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${utc}-${digest.slice(0, 8)}`;
}

/** The word for the newest run. */
export const LATEST = 'latest';
