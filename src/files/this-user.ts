/** The user who runs Refit, and the mounts of the machine. */
import { readFile } from 'node:fs/promises';

/** A user of the operating system. */
export interface User {
  readonly uid: number;
}

/** The user of this process; null on systems without numbers for users. */
export function thisUser(): User | null {
  const uid = process.geteuid?.();
  return uid === undefined ? null : { uid };
}

/** The text of `/proc/self/mountinfo`; empty on systems without it. */
export function readMounts(): Promise<string> {
  return readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
}
