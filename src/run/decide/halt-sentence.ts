/** One sentence for report, screen and status: why nothing new is ordered, and what to do before applying again. */
export function sayHalt(why: string, mend: string): string {
  return `${why} (mend: ${mend})`;
}
