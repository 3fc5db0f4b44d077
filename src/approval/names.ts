/**
 * Names of people who approve, plan or sign. A name must be readable and must not be mistaken for another one in its list.
 * Sources: UTS #39 (restriction level "highly restrictive", skeletons), UAX #31 Table 5 (recommended scripts). Pure.
 */
import type { NameFault } from '../model.ts';
import { isUnseen } from '../text.ts';
import { CONFUSABLES } from './confusables.ts';

/** A name becomes part of a file name and of sentences. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,63}$/u;

// cspell:disable
/** The scripts in common modern use. */
export const RECOMMENDED_SCRIPTS: readonly string[] =
  'Arab Armn Beng Bopo Cyrl Deva Ethi Geor Grek Gujr Guru Hang Hani Hebr Hira Kana Khmr Knda Laoo Latn Mlym Mymr Orya Sinh Taml Telu Thaa Thai Tibt'.split(
    ' ',
  );

/** Scripts that people write together: Latin with Japanese, with Chinese and Bopomofo, or with Korean. */
const TOGETHER: readonly (readonly string[])[] = [
  ['Latn', 'Hani', 'Hira', 'Kana'],
  ['Latn', 'Hani', 'Bopo'],
  ['Latn', 'Hani', 'Hang'],
];

// cspell:enable

/** Letters of every script together, digits and signs. */
const SHARED = String.raw`\p{scx=Zyyy}\p{scx=Zinh}`;

function writes(scripts: readonly string[], name: string): boolean {
  const classes = scripts.map((script) => String.raw`\p{scx=${script}}`).join('');
  return new RegExp(`^[${SHARED}${classes}]+$`, 'u').test(name);
}

/** Why Refit does not accept a name; null when it does. */
export function nameFault(name: string): NameFault | null {
  const unseen = Array.from(name).find(isUnseen);
  if (unseen !== undefined)
    return {
      kind: 'invisible',
      code: `U+${unseen.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
    };
  if (!NAME.test(name)) return { kind: 'characters' };
  if (/^[\x20-\x7e]+$/.test(name)) return null;
  const scripts = [...new Set(Array.from(name).flatMap(scriptOf))];
  if (scripts.includes(OTHER)) return { kind: 'other-script' };
  if (RECOMMENDED_SCRIPTS.some((script) => writes([script], name))) return null;
  if (TOGETHER.some((group) => writes(group, name))) return null;
  return { kind: 'mixed-scripts', scripts: scripts.map(scriptName) };
}

const OTHER = 'other';

/** The first script of a character; none for what all scripts share. */
function scriptOf(character: string): string[] {
  if (writes([], character)) return [];
  return [RECOMMENDED_SCRIPTS.find((script) => writes([script], character)) ?? OTHER];
}

function scriptName(code: string): string {
  return new Intl.DisplayNames('en', { type: 'script' }).of(code) ?? code;
}

/**
 * The form of a name for comparisons: compatibility characters, case and invisible characters make no difference.
 * Lower, upper and lower again is the full case folding: ẞ, ß and SS become ss.
 */
export function nameKey(name: string): string {
  const folded = name.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase();
  return folded.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
}

/** Whether readers may take one name for the other: equal names, and names that look alike. */
export function looksLike(one: string, other: string): boolean {
  if (nameKey(one) === nameKey(other)) return true;
  const looks = new Set(looksOf(one));
  return looksOf(other).some((look) => looks.has(look));
}

/** How a name may look, as written and in small letters. Names that share a look are alike. */
export function looksOf(name: string): readonly string[] {
  return [`written ${skeleton(name)}`, `small ${skeleton(nameKey(name))}`];
}

/** The text that stands for all names that look alike. It is never shown. */
export function skeleton(name: string): string {
  prototypes ??= readPrototypes();
  const decomposed = name
    .normalize('NFKC')
    .normalize('NFD')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  return Array.from(decomposed, (character) => prototypes!.get(character) ?? character)
    .join('')
    .normalize('NFD');
}

/** Read at the first use. */
let prototypes: ReadonlyMap<string, string> | undefined;

function readPrototypes(): ReadonlyMap<string, string> {
  const text = (codes: string) =>
    String.fromCodePoint(...codes.split('+').map((code) => Number.parseInt(code, 16)));
  return new Map(
    CONFUSABLES.flatMap((line) => line.split(' ')).map((pair) => {
      const [from = '', to = ''] = pair.split('=');
      return [text(from), text(to)];
    }),
  );
}
