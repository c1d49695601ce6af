// Every link within the repository's pages leads to a file that is there, and to a heading that it has; every file of the
// repository that a page names is there.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

const pages = [...globSync('*.md'), ...globSync('docs/{,concepts/,quick-starts/}*.md')];
const onSite = pages.filter((page) => page.startsWith('docs/'));

/** A page without its code, where nothing is a link or a heading. */
function proseOf(page: string): string {
  return readFileSync(page, 'utf8')
    .replaceAll(/^```[\s\S]*?^```$/gm, '')
    .replaceAll(/(?<!`)`[^`\n]*`(?!`)/g, (code) => code.replaceAll(/[[\]()]/g, ''));
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  const seen = new Map<string, number>();
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .trim()
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

function linksOf(page: string): string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

function deadLinksOf(page: string): string[] {
  return linksOf(page).filter((target) => {
    if (/^(https?|mailto):/.test(target)) return !URL.canParse(target);
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page : normalize(join(dirname(page), path));
    if (!existsSync(file)) return true;
    return anchor !== undefined && !anchorsOf(file).includes(anchor);
  });
}

test('the pages are found', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/audio.md', 'docs/quick-starts/node.md']));
});

test.each(pages)('every link of %s resolves', (page) => {
  expect(deadLinksOf(page)).toEqual([]);
});

test.each(pages)('every test and source that %s names is there', (page) => {
  const named = [...readFileSync(page, 'utf8').matchAll(/`((?:assembly|bench|src|test|tools|worklets)\/[\w./-]+)`/g)];
  expect(named.map(([, path = '']) => path).filter((path) => !existsSync(path))).toEqual([]);
});

test('no page of the site links to what the site has not', () => {
  // The benches' results are copied beside the pages.
  const isOnSite = (file: string): boolean => /^(docs|bench\/results)/.test(file);
  const leaving = onSite.flatMap((page) =>
    linksOf(page)
      .filter((target) => !/^(https?:|mailto:|#)/.test(target) && !isOnSite(normalize(join(dirname(page), target))))
      .map((target) => `${page}: ${target}`),
  );
  expect(leaving).toEqual([]);
});

test('the site leads to every page', () => {
  const sidebar = readFileSync('docs/.vitepress/config.ts', 'utf8');
  const paths = onSite
    .filter((page) => page !== 'docs/index.md')
    .map((page) => page.replace(/^docs(\/.*?)(?:index)?\.md$/, '$1'));
  expect(paths.filter((path) => !sidebar.includes(`'${path}'`))).toEqual([]);
});
