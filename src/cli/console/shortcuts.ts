import type { PageParts } from './page-parts.ts';

/** One key for each thing that is done often; not while something is typed. */
export function bindShortcuts(parts: PageParts): void {
  const keys: Readonly<Record<string, () => void>> = {
    c: () => parts.call.click(),
    m: () => parts.mute.click(),
    i: () => parts.interrupt.click(),
    s: () => parts.save.click(),
    o: () => parts.open.click(),
    t: () => parts.theme.click(),
    '/': () => parts.filter.focus(),
    '?': () => parts.shortcuts.showModal(),
  };
  parts.help.addEventListener('click', () => parts.shortcuts.showModal());
  document.addEventListener('keydown', (event) => {
    const { target, key } = event;
    const isTyping = target instanceof HTMLInputElement && target.type !== 'range' && target.type !== 'file';
    const isModified = event.ctrlKey || event.metaKey || event.altKey;
    if (isTyping || isModified || target instanceof HTMLSelectElement || parts.shortcuts.open) return;
    const run = keys[key];
    if (run === undefined) return;
    event.preventDefault();
    run();
  });
}
