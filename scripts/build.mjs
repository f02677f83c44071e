// Compiles every workspace's src/**/*.ts to dist/**/*.js with swc. Types are
// checked apart, by `tsc --noEmit` (npm run check).
import { transformFile } from '@swc/core';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const options = {
  swcrc: false,
  configFile: false,
  sourceMaps: true,
  module: { type: 'es6' },
  jsc: {
    target: 'es2024',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    keepClassNames: true,
  },
};

const sources = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name) && !/\.(spec|d)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

/** Whole or not at all: a torn file would be newer than its source for ever. */
function replaceFile(file, text) {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

async function compile(workspace) {
  const src = join(workspace, 'src');
  const dist = join(workspace, 'dist');
  if (!existsSync(src)) return 0;
  const wanted = new Set();
  let compiled = 0;
  for (const file of sources(src)) {
    const target = join(dist, relative(src, file).replace(/\.ts$/, '.js'));
    wanted.add(target);
    if (existsSync(target) && statSync(target).mtimeMs > statSync(file).mtimeMs) continue;
    const { code, map } = await transformFile(file, { ...options, sourceFileName: file });
    mkdirSync(dirname(target), { recursive: true });
    replaceFile(`${target}.map`, map);
    replaceFile(target, `${code}\n//# sourceMappingURL=${target.split('/').at(-1)}.map\n`);
    compiled += 1;
  }
  // A removed source must not live on as code that nobody can read any more.
  if (existsSync(dist)) {
    for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      if (entry.isFile() && file.endsWith('.js') && !wanted.has(file)) {
        rmSync(file);
        rmSync(`${file}.map`, { force: true });
      }
    }
  }
  return compiled;
}

const workspaces = ['packages', 'services'].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => join(root, group, name)),
);
const counts = await Promise.all(workspaces.map(compile));
console.log(`build: ${counts.reduce((sum, count) => sum + count, 0)} files compiled`);
