/** The languages of pages. Each loads when a page needs it, so a browser loads one. */
import { LANGUAGES, type LanguageName } from './language-names.ts';
import type { Spoken } from './spoken.ts';
import type { Words } from './words.ts';

/** How pages name their language. */
const TAGS: Readonly<Record<LanguageName, string>> = { en: 'en', zh: 'zh-CN' };

/** Loads what a page says in that language. */
export async function loadWords(language: LanguageName): Promise<Words> {
  return language === 'en' ? (await import('./words.ts')).english : (await import('./zh/words.ts')).chinese;
}

/** Loads what the console says in that language. */
export async function loadSpoken(language: LanguageName): Promise<Spoken> {
  return language === 'en'
    ? (await import('./spoken.ts')).spokenEnglish
    : (await import('./zh/spoken.ts')).spokenChinese;
}

/** The language that a page of Refit says it is in; English if it says another one, or nothing. */
export function languageOfPage(html: string): LanguageName {
  const tag = /^<!doctype html>\n<html lang="([\w-]+)">/.exec(html)?.[1];
  return LANGUAGES.find((one) => TAGS[one] === tag) ?? 'en';
}
