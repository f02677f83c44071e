// Who may import whom: ADR-0003, ADR-0011 and docs/style.md.
// tests/architecture/dependency-rules.spec.ts plants a violation of each.
const TESTS = '[.](int-)?spec[.]ts$|^services/[^/]+/test/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-sibling-service',
      comment: 'A service imports no other service: facts arrive by event or by RPC (ADR-0003).',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'kit-by-sub-path',
      comment: 'Of the kit only @rapport/service-kit/<sub-path> is public; what lies deeper may change (ADR-0011).',
      severity: 'error',
      from: { pathNot: '^packages/service-kit/' },
      to: { path: '^packages/service-kit/(src|dist)/[^/]+/' },
    },
    {
      name: 'kit-knows-no-service',
      comment: 'Shared packages serve every service and know none (ADR-0003).',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^services/' },
    },
    {
      name: 'kit-knows-no-test-kit',
      comment: 'What runs in production does not import what tests are made of.',
      severity: 'error',
      from: { path: '^packages/(service-kit|contracts)/src/', pathNot: TESTS },
      to: { path: '^packages/test-kit/' },
    },
    {
      name: 'no-test-kit-in-services',
      comment: 'A service runs without the test kit; only its tests import it.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/', pathNot: TESTS },
      to: { path: '^packages/test-kit/' },
    },
    {
      name: 'contracts-stand-alone',
      comment:
        'Generated contracts depend on nothing of ours: the proto is the only shared type (docs/style.md, rule 2).',
      severity: 'error',
      from: { path: '^packages/contracts/' },
      to: { path: '^(services|packages/(service-kit|test-kit)|scripts|tests)/' },
    },
    {
      name: 'contracts-generated-only',
      comment: 'What is imported from the contracts is generated, never written by hand (docs/style.md, rule 2).',
      severity: 'error',
      from: {},
      to: { path: '^packages/contracts/(src|dist)/', pathNot: '^packages/contracts/(src|dist)/generated/' },
    },
    {
      name: 'product-without-scripts',
      comment: 'Services and packages run without the repository around them.',
      severity: 'error',
      from: { path: '^(services|packages)/' },
      to: { path: '^(scripts|tests)/' },
    },
    {
      name: 'pure-rules-stay-pure',
      comment: 'A file without a role suffix holds rules: no framework, no I/O, no database (docs/style.md, rule 4).',
      severity: 'error',
      from: { path: '^services/(?!gateway/|analytics/)[^/]+/src/[^/]+/[^/.]+[.]ts$', pathNot: '/generated/' },
      to: {
        path: [
          '(^|/)node_modules/(@nestjs|@grpc|@nats-io|@prisma|@fastify|fastify|pg|rxjs)/',
          '^services/[^/]+/src/generated/prisma/client[.]ts$',
          '^packages/service-kit/src/(config|data|events|grpc|lifecycle|telemetry)[.]ts$',
          '^(node:)?(fs|net|http|https|child_process)(/|$)',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one file, or three.',
      severity: 'error',
      from: { pathNot: '/generated/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'not-unresolvable',
      comment: 'An import that cannot be found.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-in-package-json',
      comment: 'A workspace declares what it imports, or its image lacks it.',
      severity: 'error',
      from: { path: '^(packages|services)/[^/]+/src/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/generated/', '/dist/'] },
    exclude: { path: '(^|/)(dist|[.]cache|[.]run|[.]tools)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
    builtInModules: { add: [] },
  },
};
