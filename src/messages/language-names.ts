/** The languages that users can choose, as they type them. */
export const LANGUAGES = ['en', 'zh'] as const;

export type LanguageName = (typeof LANGUAGES)[number];
