import en from 'zod/v4/locales/en.js'

/** For `parse` and `safeParse`: `zod/mini` knows no language, and says "Invalid input" of everything. */
export const inEnglish = { reportInput: true, error: en().localeError }
