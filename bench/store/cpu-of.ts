/** CPU time of other processes, from the kernel of Linux. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from '../../test/postgres/server.ts';

/** A tick of the kernel's account, milliseconds. */
const TICK = 10;

/** The CPU time of processes so far, milliseconds. One that has ended counts nothing. */
export function cpuOf(pids: readonly number[]): number {
  return TICK * pids.reduce((sum, pid) => sum + (ticksOf(pid)?.own ?? 0), 0);
}

/** @returns a function that gives the CPU time of a PostgreSQL server with all its processes, milliseconds. */
export async function cpuOfServer(url: string): Promise<() => number> {
  const [folder = ''] = await sql(url, 'SHOW data_directory');
  const server = Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
  return () => {
    const processes = readdirSync('/proc').map(Number).filter(Number.isInteger).map(ticksOf);
    const children = processes.reduce((sum, one) => sum + (one?.parent === server ? one.own : 0), 0);
    const { own, ended } = ticksOf(server)!;
    return TICK * (own + ended + children);
  };
}

/** Ticks of a process and of its children that have ended; null if it has ended itself. */
function ticksOf(
  pid: number,
): { readonly parent: number; readonly own: number; readonly ended: number } | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The name of the program is in brackets, and may contain anything. Source: man 5 proc.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((n) => fields[n]!);
  return { parent: parent!, own: user! + system!, ended: endedUser! + endedSystem! };
}
