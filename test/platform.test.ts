import { describe, expect, it } from 'vitest';
import { problemOfPlatform } from '../src/platform.ts';

describe('the system that runs Refit', () => {
  it.each(['linux', 'darwin'])('%s is supported', (platform) => {
    expect(problemOfPlatform(platform)).toBeNull();
  });

  it.each([
    [
      'win32',
      'this is Windows, and Refit runs on Linux and macOS: install WSL (wsl --install), and run Refit in its Linux',
    ],
    [
      'freebsd',
      'this is FreeBSD, and Refit runs on Linux and macOS: use a Linux machine, container or virtual machine',
    ],
    [
      'haiku',
      'this is haiku, and Refit runs on Linux and macOS: use a Linux machine, container or virtual machine',
    ],
  ])('%s is refused with the fix', (platform, sentence) => {
    expect(problemOfPlatform(platform)).toBe(sentence);
  });
});
