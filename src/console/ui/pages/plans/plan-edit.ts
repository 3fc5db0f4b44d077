/** A plan that is edited: its text, its findings while somebody types, and what is on disk. */
import { signal } from '@preact/signals';
import type { PlanFile, StarterText, ValidateAnswer } from '../../../api/plans.ts';
import { get, post, Refused } from '../../client.ts';
import { language, say } from '../../language.ts';
import { sayRefusal } from '../../parts/say-refusal.ts';
import { query } from '../../router.ts';

/** Milliseconds without typing until the server checks the text. */
const CHECK_AFTER = 300;

/** What a plan is opened from. */
export interface OpenedPlan {
  readonly name: string;
  /** As it is on disk; for a new plan what the editor starts with. */
  readonly text: string;
  /** null: it is new. */
  readonly version: string | null;
  readonly saveAs: string;
  readonly mustBeSigned: boolean;
  /** What was typed in this tab and not saved; null: nothing. */
  readonly draft: string | null;
}

/** Opens a plan of the folder, or a new one as the query says. @throws Refused */
export async function openPlan(name: string | null): Promise<OpenedPlan> {
  if (name !== null) {
    const file = await get<PlanFile>(`/plans/${encodeURIComponent(name)}`);
    return { ...file, draft: draftOf(name, file.text) };
  }
  const fresh = { version: null, draft: null, mustBeSigned: false };
  const copied = query('copy');
  if (copied !== '') {
    const { text } = await get<PlanFile>(`/plans/${encodeURIComponent(copied)}`);
    const file = copied.replace(/(\.ya?ml)$/, '-copy$1');
    return { ...fresh, name: file, text, saveAs: savedName(file) };
  }
  const ids = query('ids').split(',').filter(Boolean);
  const starter = await post<StarterText>('/plans/starter', {
    inventory: query('inventory') || null,
    region: query('region') || null,
    profile: query('profile') || null,
    select: query('select') || null,
    // The day of the person: at night it is another one than in UTC.
    day: new Date().toLocaleDateString('sv-SE'),
    ids,
  });
  return { ...fresh, ...starter, saveAs: savedName(starter.name) };
}

/** `grow.json` of `grow.yaml`. */
export const savedName = (plan: string): string => plan.replace(/\.ya?ml$/, '.json');

const draftKey = (name: string): string => `refit-draft ${name}`;

function draftOf(name: string, text: string): string | null {
  const draft = sessionStorage.getItem(draftKey(name));
  return draft === text ? null : draft;
}

/** Keeps what is typed in this tab, or forgets it. A full storage is no reason to stop typing. */
export function keepDraft(name: string, text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(draftKey(name));
    else sessionStorage.setItem(draftKey(name), text);
  } catch {
    // The text stays in the editor.
  }
}

/** The findings of a text, with the text that they are of. */
export interface Checked extends ValidateAnswer {
  readonly text: string;
}

/** Checks texts with a pause; only the answer for the newest text counts. */
export function createChecker(name: () => string) {
  const checked = signal<Checked | null>(null);
  const isChecking = signal(false);
  const fault = signal('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let newest = 0;
  const ask = async (text: string, number: number): Promise<void> => {
    try {
      const answer = await post<ValidateAnswer>('/plans/validate', {
        ...{ name: name(), text, language: language() },
      });
      if (number !== newest) return;
      checked.value = { ...answer, text };
      fault.value = '';
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (number === newest) fault.value = refusalText(error);
    }
    if (number === newest) isChecking.value = false;
  };
  return {
    ...{ checked, isChecking, fault },
    /** @param after milliseconds. */
    check(text: string, after = CHECK_AFTER): void {
      newest += 1;
      const number = newest;
      isChecking.value = true;
      clearTimeout(timer);
      timer = setTimeout(() => void ask(text, number), after);
    },
    close(): void {
      newest += 1;
      clearTimeout(timer);
    },
  };
}

/** What a refusal says, with what the person can do. */
export function refusalText(error: Refused): string {
  const { message, fix } = sayRefusal(error);
  return `${message} · ${say('error.fix')}: ${fix}`;
}
