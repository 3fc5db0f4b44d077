/** Files as another user of the host places them: pipes, huge files, files of somebody else. */
import { spawnSync } from 'node:child_process';
import { chownSync, closeSync, mkdtempSync, openSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';

/** Whether tests can give files to another user. */
export const isRoot: boolean = process.getuid?.() === 0;

/** A folder for the tests of one file, removed after them. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'refit-attacks-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A sparse file of 10 GB, which takes no space. */
export function hugeFile(path: string): string {
  closeSync(openSync(path, 'w'));
  truncateSync(path, 10 * 2 ** 30);
  return path;
}

export function namedPipe(path: string): string {
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  return path;
}

/** Gives a file or folder to user 4242. Only root can do this. */
export function giveAway(path: string): void {
  chownSync(path, 4_242, 4_242);
}
