/** Compares the Node that runs with the one that Refit needs. Pure, and free of everything that an old Node lacks. */

/**
 * Why Refit cannot run, in one sentence with the fix; null if this Node is new enough.
 * @param running such as `20.20.2`. @param oldest such as `22.19`.
 */
export function problemOfNode(running: string, oldest: string): string | null {
  const [major = 0, minor = 0] = running.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = oldest.split('.').map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return null;
  return `this is Node ${running}, and Refit needs Node ${oldest} or newer: install it from https://nodejs.org/en/download`;
}
