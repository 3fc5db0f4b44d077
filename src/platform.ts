/** The systems that Refit runs on. Pure. */

/**
 * Why Refit refuses to run on a system, in one sentence with the fix; null if it runs there.
 * @param platform as Node names it, such as `linux` or `win32`.
 */
export function problemOfPlatform(platform: string): string | null {
  if (platform === 'linux' || platform === 'darwin') return null;
  const fix =
    platform === 'win32'
      ? 'install WSL (wsl --install), and run Refit in its Linux'
      : 'use a Linux machine, container or virtual machine';
  return `this is ${NAMES[platform] ?? platform}, and Refit runs on Linux and macOS: ${fix}`;
}

const NAMES: Readonly<Record<string, string>> = {
  win32: 'Windows',
  android: 'Android',
  freebsd: 'FreeBSD',
  openbsd: 'OpenBSD',
  netbsd: 'NetBSD',
  sunos: 'SunOS',
  aix: 'AIX',
};
