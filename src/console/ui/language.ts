/** The language of the console: of the browser, or as the person chose. */
import { signal } from '@preact/signals';
import { fixIn } from '../../messages/code-text.ts';
import { loadSpoken } from '../../messages/languages.ts';
import { type Rendered, renderIn, textWithFixIn } from '../../messages/render.ts';
import type { Spoken as Shared } from '../../messages/spoken.ts';
import type { Message, Threshold } from '../../model.ts';
import type { MonthlyCost } from '../../plan/price/monthly.ts';
import { escapeControls } from '../../text.ts';
import type { WordId } from './words/en.ts';
import { fill, type Values } from './words/fill.ts';

/** Everything that a language has. */
interface Spoken extends Shared {
  readonly name: 'en' | 'zh';
  readonly words: Readonly<Record<WordId, string>>;
}

/** Loads a language when somebody reads it. */
async function load(name: Spoken['name']): Promise<Spoken> {
  const words =
    name === 'en'
      ? import('./words/en.ts').then(({ en }) => en)
      : import('./words/zh.ts').then(({ zh }) => zh);
  const [own, shared] = await Promise.all([words, loadSpoken(name)]);
  return { name, words: own, ...shared };
}

const CHOICE = 'refit-language';
/** Nothing is shown before `startLanguage` has loaded one. */
const spoken = signal<Spoken>(undefined as never);

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

/** The language that was chosen last. */
let wanted: Spoken['name'] | null = null;

async function speak(name: Spoken['name']): Promise<void> {
  wanted = name;
  const loaded = await load(name);
  // Somebody chose another one meanwhile.
  if (wanted !== name) return;
  spoken.value = loaded;
  document.documentElement.lang = spoken.value.tag;
}

/** True for a word or sentence of the console. */
export const isWord = (id: string): id is WordId => Object.hasOwn(spoken.value.words, id);

/** All words of the console that begin so. */
export const wordsOf = (start: string): readonly WordId[] =>
  Object.keys(spoken.value.words).filter((id): id is WordId => id.startsWith(start));

/** A word or sentence of the console, with values: see `words/fill.ts`. */
export function say(id: WordId, values: Values = {}): string {
  return fill(spoken.value.words[id], values);
}

/** A moment as reports and messages write it, which know no zone but UTC. */
export const INSTANT: RegExp = /\b(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC\b/;
const INSTANTS = new RegExp(INSTANT, 'g');

/** A text of a finding or journal entry, with its moments in the zone of the page. */
function shown(text: string): string {
  const escaped = escapeControls(text);
  return escaped.replaceAll(INSTANTS, (_, day: string, time: string) => sayTime(`${day}T${time}Z`).text);
}

/** A message of a finding or journal entry. Its parameters can come from anybody. */
export function sayMessage(message: Message): string {
  return shown(renderIn(spoken.value.sentences, message).message);
}

/** The parts of a message: what, and what a person can do. */
export function sayRendered(message: Message): Rendered {
  const { message: text, fix, example } = renderIn(spoken.value.sentences, message);
  const escaped = (one: string | null) => one && shown(one);
  return { message: shown(text), fix: escaped(fix), example: escaped(example) };
}

/** The same with what a person can do. */
export function sayWithFix(message: Message): string {
  return shown(textWithFixIn(spoken.value.sentences, message));
}

/** What a person can do: the fix of the message itself, or else of the code; null: nobody knows. */
export function fixFor(message: Message | null, code: string | null): string | null {
  const own = message === null ? null : renderIn(spoken.value.sentences, message).fix;
  const fix = own || (code === null ? null : fixIn(spoken.value.codes, code));
  return fix === null ? null : shown(fix);
}

/** What plans cost by month: the whole price of hourly instances, and the increase of prepaid ones. */
export function sayMonths(months: readonly MonthlyCost[]): string {
  const { review, show } = spoken.value;
  return show.join(
    months.flatMap(({ currency, after, more }) => [
      ...(after === null ? [] : [review.hourlyByMonth({ amount: after, currency }, false)]),
      ...(more === null ? [] : [review.prepaidByMonth({ amount: more, currency }, false)]),
    ]),
  );
}

/** `failed > 2 or unknown > 0`; empty without a threshold. */
export function sayThresholds({ failed, unknown }: Thresholds): string {
  const { review } = spoken.value;
  return review.thresholds([
    ...(failed ? [review.threshold('failed', failed)] : []),
    ...(unknown ? [review.threshold('unknown', unknown)] : []),
  ]);
}

interface Thresholds {
  readonly failed?: Threshold | null;
  readonly unknown?: Threshold | null;
}

/** What accepted orders are billed, in the words of the reports. */
export const sayBills = (...about: Parameters<Shared['report']['billedFact']>): string =>
  spoken.value.report.billedFact(...about);

/** Durations, sizes and amounts in words. */
export const quantities = (): Shared['show'] => spoken.value.show;

/** The time of day, or with the date if it is not today, in the zone of the browser. UTC is its tooltip. */
export function sayTime(iso: string): { readonly text: string; readonly utc: string } {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date().toDateString();
  // English writes the month in letters: 12/02/2026 is another day in another country.
  const isEnglish = spoken.value.name === 'en';
  const format = new Intl.DateTimeFormat(isEnglish ? 'en-GB' : spoken.value.tag, {
    ...(isToday ? {} : { year: 'numeric', month: isEnglish ? 'short' : '2-digit', day: '2-digit' }),
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  });
  return { text: format.format(at), utc: `${iso.slice(0, 19).replace('T', ' ')} UTC` };
}

/** A month of the provider's records, which is one in UTC. @param month `2026-11` */
export function sayMonth(month: string): string {
  const name = new Intl.DateTimeFormat(tag(), { year: 'numeric', month: 'long', timeZone: 'UTC' });
  return say('overview.money.month', { month: name.format(new Date(`${month}-01T00:00:00Z`)) });
}

/** The zone of every time on a page: its name, and its distance from UTC now, such as `UTC+8`. */
export function sayZone(): { readonly zone: string; readonly offset: string } {
  const format = new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset' });
  const offset = format.formatToParts().find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return { zone: format.resolvedOptions().timeZone, offset: offset.replace('GMT', 'UTC') };
}
