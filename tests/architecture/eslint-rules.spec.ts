import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { root, TempFolder } from './temp-folder.ts';

interface FileResult {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string | null; readonly message: string }[];
}

/** File, its text, the rule that must object and a part of what it says. */
type Planted = readonly [file: string, text: string, rule: string, says: string];

const RULE = (rule: number): string => `docs/style.md, rule ${rule}`;
const SYNTAX = 'no-restricted-syntax';
const planted: readonly Planted[] = [
  ['services/deals/src/deals/deals.service.ts', 'export const url = process.env.URL;', SYNTAX, RULE(11)],
  ['packages/service-kit/src/events/relay.ts', 'export const url = process.env.URL;', SYNTAX, RULE(11)],
  [
    'packages/service-kit/src/planted-any.ts',
    'export const x = (y: any) => y;',
    '@typescript-eslint/no-explicit-any',
    'any',
  ],
  ['packages/service-kit/src/planted-star.ts', "export * from './planted-any.js';", SYNTAX, 'ADR-0011'],
  ['services/deals/src/deals/deals.mapper.ts', "export { x } from './deal.js';", SYNTAX, 'ADR-0011'],
  ['services/deals/src/deals/index.ts', 'export const x = 1;', 'rapport/file-name', 'barrel'],
  ['services/deals/src/deals/deal-helper.ts', 'export const x = 1;', 'rapport/file-name', RULE(10)],
  ['services/deals/src/deals/date.utils.ts', 'export const x = 1;', 'rapport/file-name', RULE(10)],
  ['packages/service-kit/src/common.ts', 'export const x = 1;', 'rapport/file-name', RULE(10)],
  ['packages/test-kit/src/server-manager.ts', 'export const x = 1;', 'rapport/file-name', RULE(10)],
  ['services/deals/src/deals/dealRules.ts', 'export const x = 1;', 'rapport/file-name', RULE(9)],
  ['services/deals/src/deals/win-deal.usecase.ts', 'export const x = 1;', 'rapport/file-name', RULE(9)],
  ['services/deals/src/deals/deals.module.ts', '//\n'.repeat(401), 'max-lines', '400'],
  [
    'services/deals/src/deals/pipelines.service.ts',
    'export const f = (db: { $queryRaw: () => void }) => db.$queryRaw();',
    SYNTAX,
    RULE(7),
  ],
  [
    'services/deals/src/deals/board.service.ts',
    'class PrismaClient {}\nexport const db = new PrismaClient();',
    SYNTAX,
    RULE(7),
  ],
  [
    'services/deals/src/deals/raw.service.ts',
    "import { PrismaClient } from '../generated/prisma/client.js';\nexport const x = PrismaClient;",
    '@typescript-eslint/no-restricted-imports',
    RULE(7),
  ],
  [
    'services/deals/src/deals/raw.controller.ts',
    "import { Data } from '../prisma.service.js';\nexport const x = Data;",
    '@typescript-eslint/no-restricted-imports',
    RULE(7),
  ],
  [
    'services/deals/src/deals/deals.queries.ts',
    'export const f = (db: { $queryRawUnsafe: () => void }) => db.$queryRawUnsafe();',
    SYNTAX,
    'injection',
  ],
  [
    'packages/service-kit/src/data/rows.ts',
    'export const f = (db: { $executeRawUnsafe: () => void }) => db.$executeRawUnsafe();',
    SYNTAX,
    'injection',
  ],
  ['services/deals/src/deals/deal.ts', 'export const now = () => new Date();', 'rapport/injected-clock', RULE(14)],
  [
    'services/billing/src/invoices/invoice.ts',
    'export const now = () => Date.now();',
    'rapport/injected-clock',
    RULE(14),
  ],
  [
    'services/deals/src/deals/deals.controller.ts',
    'const f = async () => 1;\nf();',
    '@typescript-eslint/no-floating-promises',
    'Promises',
  ],
  ['services/deals/src/deals/deals.events.ts', "console.log('won');", 'no-console', 'console'],
  ['packages/service-kit/src/telemetry/log.ts', "console.log('won');", 'no-console', 'console'],
  ['scripts/planted.ts', '// TODO: later\nexport const x = 1;', 'rapport/owned-todo', RULE(15)],
  [
    'services/deals/src/deals/contact-merged.consumer.ts',
    '// FIXME later\nexport const x = 1;',
    'rapport/owned-todo',
    RULE(15),
  ],
  [
    'services/deals/src/deals/win.ts',
    "type S = 'a' | 'b';\nexport const f = (s: S) => { switch (s) { case 'a': return 1; } };",
    '@typescript-eslint/switch-exhaustiveness-check',
    '"b"',
  ],
];

const allowed: Readonly<Record<string, string>> = {
  'services/quality/src/config.ts': 'export const url = process.env.URL;',
  'services/quality/src/board/board.queries.ts': 'export const f = (db: { $queryRaw: () => void }) => db.$queryRaw();',
  'services/quality/src/board/board.ts':
    '// TODO(olena, #12): a better one\nexport const at = (clock: () => Date) => clock();\nexport const day = new Date(0);',
  'services/quality/src/board/board.service.ts': 'export const now = () => new Date();',
  'packages/service-kit/src/planted-face.ts': "export { now } from './board/now.js';",
  'packages/service-kit/src/board/now.ts': 'export const now = () => new Date();',
};

describe('eslint', () => {
  const folder = new TempFolder();
  let results: readonly FileResult[] = [];

  beforeAll(() => {
    for (const name of [
      'eslint.config.js',
      'scripts/eslint-rules.mjs',
      'tsconfig.json',
      'tsconfig.base.json',
      'package.json',
    ]) {
      cpSync(join(root, name), join(folder.path, name), { recursive: true });
    }
    folder.write({ ...allowed, ...Object.fromEntries(planted.map(([file, text]) => [file, `${text}\n`])) });
    const eslint = join(root, 'node_modules/.bin/eslint');
    const { stdout, stderr } = spawnSync(eslint, ['packages', 'services', 'scripts', '--format', 'json'], {
      cwd: folder.path,
      encoding: 'utf8',
    });
    if (!stdout) throw new Error(stderr);
    results = JSON.parse(stdout) as FileResult[];
  });
  afterAll(() => folder.remove());

  const messages = (file: string): FileResult['messages'] =>
    results.find(({ filePath }) => relative(folder.path, filePath) === file)?.messages ?? [];

  it.each(planted)('catches %s: %j', (file, _text, rule, says) => {
    expect(messages(file)).toContainEqual(
      expect.objectContaining({ ruleId: rule, message: expect.stringContaining(says) }),
    );
  });

  it.each(Object.keys(allowed))('leaves %s alone', (file) => {
    expect(results.some(({ filePath }) => relative(folder.path, filePath) === file)).toBe(true);
    expect(messages(file)).toEqual([]);
  });
});
