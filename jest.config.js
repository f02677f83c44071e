// Four tiers, told apart by where a test lies and what it needs:
//   unit         *.spec.ts beside the source: pure code, no server
//   integration  *.int-spec.ts under test/: one part on real PostgreSQL, NATS and Keycloak
//   system       tests/: the rules of the architecture, and what crosses services
//   e2e          tests/e2e: the product as `npm start` runs it, with the demo company, through its gateway
// integration needs servers: npm test starts them once for all suites (scripts/test.ts); e2e starts its own.
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // Packages may ship both x.js and x.ts: theirs is the compiled one. Ours are never compiled in place.
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'json', 'node'],
  moduleNameMapper: {
    '^@rapport/contracts/image\\.binpb$': '<rootDir>/packages/contracts/image.binpb',
    '^@rapport/contracts/(.*)$': '<rootDir>/packages/contracts/src/generated/$1.ts',
    '^@rapport/service-kit/(.*)$': '<rootDir>/packages/service-kit/src/$1.ts',
    '^@rapport/test-kit/(.*)$': '<rootDir>/packages/test-kit/src/$1.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/(packages|services)/[^/]+/dist/', '<rootDir>/\\.(run|tools|cache)/'],
};

export default {
  // Real servers on a busy machine: a slow answer is not a wrong one.
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{packages,services}/*/src/**/*.spec.ts', '<rootDir>/{scripts,deploy}/**/*.spec.ts'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: [
        '<rootDir>/{packages,services}/*/test/**/*.int-spec.ts',
        '<rootDir>/{scripts,deploy}/**/*.int-spec.ts',
      ],
    },
    {
      ...shared,
      displayName: 'system',
      testMatch: ['<rootDir>/tests/**/*.spec.ts'],
      testPathIgnorePatterns: ['<rootDir>/tests/e2e/[^/]*\\.spec\\.ts$'],
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/tests/e2e/*.spec.ts'],
      globalSetup: '<rootDir>/tests/e2e/global-setup.ts',
      globalTeardown: '<rootDir>/tests/e2e/global-teardown.ts',
    },
  ],
  // What a suite leaves open is a fault of the suite, not something to wait for.
  openHandlesTimeout: 2_000,
};
