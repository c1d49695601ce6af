/** What every key begins with, unless the app says otherwise. */
export const DEFAULT_PREFIX = 'bargein:';

/** The stream of a call's entries. */
export function journalKey(prefix: string, callId: string): string {
  return `${prefix}{${callId}}:journal`;
}
