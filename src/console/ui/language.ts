/** The language of the console: of the browser, or as the person chose. */
import { signal } from '@preact/signals';
import { loadWords } from '../../messages/languages.ts';
import { type Rendered, render, textOf, textWithFix } from '../../messages/messages.ts';
import { english, type Words } from '../../messages/words.ts';
import type { Message } from '../../model.ts';
import { escapeControls } from '../../text.ts';
import { en, type WordId } from './words/en.ts';
import { fill, type Values } from './words/fill.ts';

/** Everything that a language has. */
interface Spoken extends Pick<Words, 'tag' | 'sentences' | 'show'> {
  readonly name: 'en' | 'zh';
  readonly words: Readonly<Record<WordId, string>>;
}

const ENGLISH: Spoken = { name: 'en', words: en, ...english };

/** Chinese loads when somebody reads it. */
async function chinese(): Promise<Spoken> {
  const [{ zh: words }, chineseWords] = await Promise.all([import('./words/zh.ts'), loadWords('zh')]);
  return { name: 'zh', words, ...chineseWords };
}

const CHOICE = 'refit-language';
const spoken = signal<Spoken>(ENGLISH);

/** The language of the browser's own formats, such as `zh-CN`. */
export const tag = (): string => spoken.value.tag;

/** The language that is shown now. */
export const language = (): Spoken['name'] => spoken.value.name;

/** Shows the language that the person chose earlier, or that of the browser. */
export async function startLanguage(): Promise<void> {
  const chosen = localStorage.getItem(CHOICE);
  const wanted = chosen ?? navigator.languages.find((tag) => /^(en|zh)\b/i.test(tag)) ?? 'en';
  await speak(/^zh/i.test(wanted) ? 'zh' : 'en');
}

/** Changes the language, and remembers it in this browser. */
export async function chooseLanguage(name: Spoken['name']): Promise<void> {
  localStorage.setItem(CHOICE, name);
  await speak(name);
}

async function speak(name: Spoken['name']): Promise<void> {
  spoken.value = name === 'zh' ? await chinese() : ENGLISH;
  document.documentElement.lang = spoken.value.tag;
}

/** A word or sentence of the console, with values: see `words/fill.ts`. */
export function say(id: WordId, values: Values = {}): string {
  return fill(spoken.value.words[id], values);
}

/** A message of a finding or journal entry. Its parameters can come from anybody. */
export function sayMessage(message: Message): string {
  return escapeControls(textOf(message, spoken.value.sentences));
}

/** The parts of a message: what, and what a person can do. */
export function sayRendered(message: Message): Rendered {
  const { message: text, fix, example } = render(message, spoken.value.sentences);
  const escaped = (one: string | null) => one && escapeControls(one);
  return { message: escapeControls(text), fix: escaped(fix), example: escaped(example) };
}

/** The same with what a person can do. */
export function sayWithFix(message: Message): string {
  return escapeControls(textWithFix(message, spoken.value.sentences));
}

/** Durations, sizes and amounts in words. */
export const quantities = (): Words['show'] => spoken.value.show;

/** The time of day, or with the date if it is not today, in the zone of the browser. UTC is its tooltip. */
export function sayTime(iso: string): { readonly text: string; readonly utc: string } {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date().toDateString();
  const format = new Intl.DateTimeFormat(spoken.value.tag, {
    ...(isToday ? {} : { year: 'numeric', month: '2-digit', day: '2-digit' }),
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  });
  return { text: format.format(at), utc: `${iso.slice(0, 19).replace('T', ' ')} UTC` };
}
