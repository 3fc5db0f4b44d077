/** What the command palette offers, and how typing narrows it. Pure. */

/** One thing to choose. */
export interface Choice {
  /** What it is, in words. */
  readonly group: string;
  readonly text: string;
  /** More to find it by, shown softly, such as the id of a run. */
  readonly about?: string;
  /** Its keys, if it has some: `g r`. */
  readonly keys?: string;
  readonly choose: () => void;
}

/** The choices that contain every word of a text, in their order; those that begin with it come first. */
export function matching(choices: readonly Choice[], text: string): readonly Choice[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return choices;
  const hits = choices.filter((one) => {
    const whole = `${one.text} ${one.about ?? ''} ${one.group}`.toLowerCase();
    return words.every((word) => whole.includes(word));
  });
  const begins = (one: Choice) => one.text.toLowerCase().startsWith(words[0]!);
  return [...hits.filter(begins), ...hits.filter((one) => !begins(one))];
}
