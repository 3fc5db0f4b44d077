/**
 * MiniSearch, with words of Chinese. It splits at spaces, and Chinese has none between words. VitePress would pass a
 * tokenizer of its settings to the browser as text and evaluate it there, which our content security policy forbids.
 */
import MiniSearch, { type Options } from '../../../node_modules/minisearch/dist/es/index.js';
import { wordsOf } from '../../words.ts';

export default class Search<T> extends MiniSearch<T> {
  static override loadJSON<T>(json: string, options: Options<T>): MiniSearch<T> {
    return MiniSearch.loadJSON<T>(json, { ...options, tokenize: wordsOf });
  }
}
