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
  /** More words to find it by, which are not shown. */
  readonly words?: string;
  /** Only shown when somebody types it. */
  readonly isRare?: boolean;
  readonly choose: () => void;
}

/** The choices that contain every word of a text, in their order; those that begin with it come first. */
export function matching(choices: readonly Choice[], text: string): readonly Choice[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return choices.filter(({ isRare }) => isRare !== true);
  const hits = choices.filter((one) => {
    const whole = `${one.text} ${one.about ?? ''} ${one.group} ${one.words ?? ''}`.toLowerCase();
    return words.every((word) => whole.includes(word));
  });
  const begins = (one: Choice) => one.text.toLowerCase().startsWith(words[0]!);
  return [...hits.filter(begins), ...hits.filter((one) => !begins(one))];
}

/** What a typed text can be the name of. */
export interface LookUp {
  readonly kind: 'instance' | 'order' | 'text';
  readonly text: string;
}

/** Fewer digits are no order number. */
const ORDER = /^\d{8,40}$/;
const REQUEST = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Where a typed id can be found that no list has: an instance, an order, or a request by its id. */
export function lookUps(typed: string): readonly LookUp[] {
  const text = typed.trim();
  // A part of an id is searched for. Only a whole one has a page.
  if (/^crs-[a-z0-9]{8,32}$/.test(text)) return [{ kind: 'instance', text }];
  if (ORDER.test(text)) return [{ kind: 'order', text }];
  return REQUEST.test(text) ? [{ kind: 'text', text }] : [];
}
