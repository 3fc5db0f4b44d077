/** The user who runs Refit; null on systems without numbers for users. */
export interface User {
  readonly uid: number;
}

export function thisUser(): User | null {
  const uid = process.geteuid?.();
  return uid === undefined ? null : { uid };
}
