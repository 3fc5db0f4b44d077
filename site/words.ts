/** The words of a text for the search of the site, in Node and in browsers. */

const SPACE_OR_PUNCTUATION = /[\n\r\p{Z}\p{P}]+/u;
const CHINESE = /\p{Script=Han}+/gu;

/**
 * Splits at spaces and punctuation. A run of Chinese becomes its pairs of characters: `变更窗口` is 变更, 更窗, 窗口.
 * No dictionary is needed so, and Node and every browser split alike.
 */
export function wordsOf(text: string): string[] {
  return text.split(SPACE_OR_PUNCTUATION).flatMap((word) => {
    const chinese = word.match(CHINESE);
    if (chinese === null) return word === '' ? [] : [word];
    const others = word.split(CHINESE).filter((other) => other !== '');
    return [...chinese.flatMap(pairsOf), ...others];
  });
}

function pairsOf(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return [run];
  return characters.slice(1).map((character, index) => characters[index]! + character);
}
