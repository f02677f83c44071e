import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from './temp-folder.ts';

const documents = globSync(['README.md', 'docs/**/*.md', 'services/*/README.md'], { cwd: root }).sort();
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** Headings become anchors the way code hosts make them. */
const anchorsOf = (path: string): string[] =>
  [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );

describe('documents', () => {
  it.each(documents)('%s links to what is there', (document) => {
    const links = [...read(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const broken = links
      .filter((link) => !/^\w+:/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? document : join(dirname(document), path);
        return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
      });
    expect(broken).toEqual([]);
  });

  it.each(documents)('%s names only commands that exist', (document) => {
    const named = [...read(document).matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('list every ADR, each number once', () => {
    const adrs = documents.map((path) => /^docs\/adr\/(\d{4})-.+\.md$/.exec(path)).filter((match) => match !== null);
    const numbers = adrs.map(([, number]) => number);
    expect(new Set(numbers).size).toBe(numbers.length);
    const index = read('docs/adr/README.md');
    expect(adrs.map(([path]) => path.slice('docs/adr/'.length)).filter((name) => !index.includes(`(${name})`))).toEqual(
      [],
    );
  });

  it('name an ADR only if it is there', () => {
    const cited = ['.dependency-cruiser.cjs', 'eslint.config.js', 'scripts/eslint-rules.mjs'].flatMap((path) => [
      ...read(path).matchAll(/ADR-(\d{4})/g),
    ]);
    const missing = cited.filter(([, number]) => globSync(`docs/adr/${number}-*.md`, { cwd: root }).length === 0);
    expect(missing.map(([name]) => name)).toEqual([]);
  });
});
