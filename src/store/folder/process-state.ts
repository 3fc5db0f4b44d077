/** Reads from the system when a process started, and whether it has ended: from `/proc`, or from `ps` on macOS. */
import { readdir, readFile } from 'node:fs/promises';

/** What a system says about a process. */
export interface ProcessState {
  /** When it started: kernel ticks on Linux, a time of the clock on macOS. Only equal texts mean the same process. */
  readonly startedAt: string;
  /** All its threads have ended. */
  readonly ended: boolean;
}

/** What this reads of a system. */
export interface ProcessPorts {
  /** As Node names it, such as `darwin`. */
  readonly platform: string;
  /** The text of a file of `/proc`. */
  readFile(path: string): Promise<string>;
  /** The names in a folder of `/proc`. */
  readFolder(path: string): Promise<readonly string[]>;
  /** The output of `ps` with these arguments, in the C locale and in UTC. */
  ps(args: readonly string[]): Promise<string>;
}

const SYSTEM: ProcessPorts = {
  platform: process.platform,
  readFile: (path) => readFile(path, 'utf8'),
  readFolder: (path) => readdir(path),
  async ps(args) {
    const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
    // Loaded here, because only macOS needs it.
    const { execFile } = await import('node:child_process');
    return await new Promise((resolve, reject) => {
      execFile('ps', args, { env }, (error, stdout) => (error ? reject(error) : resolve(stdout)));
    });
  },
};

/** Reads a process; null if the system does not show it. */
export async function readProcess(pid: number, ports: ProcessPorts = SYSTEM): Promise<ProcessState | null> {
  try {
    return ports.platform === 'darwin' ? await fromPs(pid, ports) : await fromProc(pid, ports);
  } catch {
    return null;
  }
}

async function fromProc(pid: number, { readFile, readFolder }: ProcessPorts): Promise<ProcessState | null> {
  const text = await readFile(`/proc/${pid}/stat`);
  // Field 2 is the name in parentheses, with any characters. Field 3 is the state, field 22 the start time.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startedAt] = [fields[0], fields[19]];
  if (startedAt === undefined) return null;
  const ended = state === 'Z' || state === 'X';
  return { startedAt, ended: ended && (await readFolder(`/proc/${pid}/task`)).length <= 1 };
}

/** From a line such as `Ss   Tue Dec  1 04:44:33 2026`. */
async function fromPs(pid: number, { ps }: ProcessPorts): Promise<ProcessState | null> {
  const [state = '', ...time] = (await ps(['-o', 'stat=,lstart=', '-p', String(pid)])).trim().split(/\s+/);
  if (time.length !== 5) return null;
  return { startedAt: time.join(' '), ended: state.startsWith('Z') };
}
