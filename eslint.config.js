// The rules of docs/style.md that a linter can see. Each message names its rule
// or its ADR; tests/architecture/eslint-rules.spec.ts plants a violation of each.
import tseslint from 'typescript-eslint';
import { rapportRules } from './scripts/eslint-rules.mjs';

const GENERATED = [
  '**/generated/**',
  '**/dist/**',
  'node_modules/**',
  '.cache/**',
  '.run/**',
  '.tools/**',
  'coverage/**',
  '**/*.d.mts',
];
const TYPESCRIPT = ['**/*.ts', '**/*.mts'];
const SERVICE_CODE = ['services/*/src/**/*.ts'];
const KIT_DATA = ['packages/service-kit/src/data.ts', 'packages/service-kit/src/data/**/*.ts'];
const CONFIG_FILES = [
  '**/config.ts',
  '**/*.config.{js,ts}',
  'packages/service-kit/src/config/**/*.ts',
  // A root command is the process that others inherit from.
  'scripts/*.{ts,mjs}',
];

const NO_STAR_EXPORT = {
  selector: 'ExportAllDeclaration',
  message: 'export * is a barrel: name what a public face promises (docs/style.md, rule 10; ADR-0011).',
};
const NO_RE_EXPORT = {
  selector: 'ExportNamedDeclaration[source]',
  message:
    "Only a kit sub-path's own face re-exports; import from the file that defines it (docs/style.md, rule 10; ADR-0011).",
};
const NO_PROCESS_ENV = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'Configuration is read once, in config.ts (docs/style.md, rule 11).',
};
const NO_UNSAFE_SQL = {
  selector: 'MemberExpression[property.name=/^\\$(query|execute)RawUnsafe$/]',
  message: 'SQL from strings is an injection waiting to happen; use tagged $queryRaw (docs/style.md, rule 7).',
};
const NO_RAW_SQL = {
  selector: 'MemberExpression[property.name=/^\\$(queryRaw|executeRaw|queryRawTyped)$/]',
  message: 'Raw SQL stands in *.queries.ts, with the row predicate of visibleTo (docs/style.md, rule 7).',
};
const NO_OWN_CLIENT = {
  selector: 'NewExpression[callee.name="PrismaClient"]',
  message: 'visibleTo(ctx) is the only way to data; the client is made in prisma.service.ts (docs/style.md, rule 7).',
};
const RAW_CLIENT = {
  group: ['**/generated/prisma/client.js'],
  importNames: ['PrismaClient'],
  message: 'visibleTo(ctx) is the only way to data (docs/style.md, rule 7).',
  allowTypeImports: true,
};
const DATA_HANDLE = {
  group: ['**/prisma.service.js'],
  message: 'Use cases, queries and consumers reach data; edges, mappers and rules do not (docs/style.md, rule 7).',
  allowTypeImports: true,
};
const restricted = (...selectors) => ({ 'no-restricted-syntax': ['error', ...selectors] });
const EVERYWHERE = [NO_STAR_EXPORT, NO_UNSAFE_SQL];

export default tseslint.config(
  { ignores: GENERATED },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,mts,js,mjs,cjs}'],
    plugins: { rapport: rapportRules },
    rules: {
      'max-lines': ['error', { max: 400 }],
      'rapport/file-name': 'error',
      'rapport/owned-todo': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: ['error', 'always'],
      'no-empty': 'error',
      'no-debugger': 'error',
      ...restricted(...EVERYWHERE, NO_RE_EXPORT, NO_PROCESS_ENV),
    },
  },
  {
    files: TYPESCRIPT,
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-require-imports': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    // ADR-0011: packages/service-kit/src/<sub-path>.ts is a public face.
    files: ['packages/service-kit/src/*.ts', 'packages/test-kit/src/*.ts'],
    ignores: ['packages/*/src/config.ts'],
    rules: restricted(...EVERYWHERE, NO_PROCESS_ENV),
  },
  {
    files: ['services/*/src/**/*.ts', 'packages/service-kit/src/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: SERVICE_CODE,
    ignores: ['**/*.queries.ts', '**/*.spec.ts', '**/prisma.service.ts'],
    rules: restricted(...EVERYWHERE, NO_RE_EXPORT, NO_PROCESS_ENV, NO_RAW_SQL, NO_OWN_CLIENT),
  },
  {
    files: SERVICE_CODE,
    ignores: ['**/prisma.service.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [RAW_CLIENT] }] },
  },
  {
    files: SERVICE_CODE,
    ignores: ['**/app.module.ts', '**/*.service.ts', '**/*.queries.ts', '**/*.consumer.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [RAW_CLIENT, DATA_HANDLE] }] },
  },
  {
    files: SERVICE_CODE,
    rules: { 'rapport/file-name': ['error', { roles: true }] },
  },
  {
    // Pure rules: files of a feature without a role. The gateway has no domain rules; its files are edges.
    files: ['services/*/src/*/*.ts'],
    ignores: ['services/*/src/*/*.*.ts', 'services/gateway/**'],
    rules: { 'rapport/injected-clock': 'error' },
  },
  {
    files: ['packages/service-kit/src/**/*.ts'],
    ignores: [...KIT_DATA, 'packages/service-kit/src/*.ts'],
    rules: restricted(...EVERYWHERE, NO_RE_EXPORT, NO_PROCESS_ENV, NO_OWN_CLIENT),
  },
  {
    files: CONFIG_FILES,
    rules: restricted(...EVERYWHERE, NO_RE_EXPORT),
  },
  {
    // Both: the kit's public face for configuration.
    files: ['packages/*/src/config.ts'],
    rules: restricted(...EVERYWHERE),
  },
);
