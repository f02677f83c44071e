// npm test: starts PostgreSQL, NATS and Keycloak once, runs every suite against them, then the journeys through the whole
// product, and closes with one line of counts.
//   npm test                          everything
//   npm test -- services/deals        what Jest would run for these arguments
//   npm run test:unit                 the unit tier alone, without servers
import { inheritedEnvironment, TEST_SERVERS_VARIABLE } from '@rapport/test-kit/config';
import { ServerSet } from '@rapport/test-kit/servers/server-set';
import { startTestServers, stopTestServers } from '@rapport/test-kit/servers/test-servers';
import { closingLine, exitCodeOf, runJest, sumOf, type TestCounts } from './launch/jest-run.ts';
import { createProgress } from './progress.mjs';

const args = process.argv.slice(2);
const unitOnly = args.includes('--unit');
const progress = createProgress(process.stderr);
const set = new ServerSet();
let folder: string | undefined;
let interruptions = 0;
let killJest = (): unknown => undefined;

const interrupted = (code: number) => (): void => {
  killJest();
  if (interruptions++ > 0) {
    set.kill();
    process.exit(code);
  }
  void stopTestServers(folder, set).then(() => process.exit(code));
};
process.on('SIGINT', interrupted(130));
process.on('SIGTERM', interrupted(143));

async function environment(): Promise<NodeJS.ProcessEnv> {
  if (process.env[TEST_SERVERS_VARIABLE]) return process.env;
  const servers = await progress.step('PostgreSQL, NATS and Keycloak', () =>
    startTestServers(inheritedEnvironment(), set),
  );
  folder = servers.folder;
  return { ...process.env, [TEST_SERVERS_VARIABLE]: JSON.stringify(servers) };
}

const jest = (jestArgs: string[], env: NodeJS.ProcessEnv): Promise<TestCounts> =>
  runJest(jestArgs, env, (kill) => {
    killJest = kill;
  });

async function tests(): Promise<TestCounts> {
  if (unitOnly) return jest([...args.filter((arg) => arg !== '--unit'), '--selectProjects', 'unit'], process.env);
  const env = await environment();
  if (args.length > 0) return jest(args, env);
  const parts = await jest(['--selectProjects', 'unit', 'integration', 'system'], env);
  // The product brings servers of its own: ours would only take its memory.
  await set.stop();
  return sumOf([parts, await jest(['--selectProjects', 'e2e'], env)]);
}

let counts: TestCounts = { passed: 0, failed: 1, skipped: 0 };
try {
  counts = await tests();
} catch (error) {
  console.error((error as Error).message);
} finally {
  await stopTestServers(folder, set);
}
console.log(closingLine(counts));
process.exitCode = exitCodeOf(counts);
