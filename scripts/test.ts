// npm test: starts PostgreSQL, NATS and Keycloak once, runs every suite against them and closes with one line of counts.
//   npm test                          everything
//   npm test -- services/deals        what Jest would run for these arguments
//   npm run test:unit                 the unit tier alone, without servers
import { inheritedEnvironment, TEST_SERVERS_VARIABLE } from '@rapport/test-kit/config';
import { ServerSet } from '@rapport/test-kit/servers/server-set';
import { startTestServers, stopTestServers } from '@rapport/test-kit/servers/test-servers';
import { closingLine, exitCodeOf, runJest } from './launch/jest-run.ts';
import { createProgress } from './progress.mjs';

const args = process.argv.slice(2);
const unitOnly = args.includes('--unit');
const jestArgs = unitOnly ? [...args.filter((arg) => arg !== '--unit'), '--selectProjects', 'unit'] : args;
const progress = createProgress(process.stderr);
const set = new ServerSet();
let folder: string | undefined;
let killJest = (): void => {};

const interrupted = (code: number) => (): void => {
  killJest();
  if (set.isLeaving) {
    set.kill();
    process.exit(code);
  }
  void stopTestServers(folder, set).then(() => process.exit(code));
};
process.on('SIGINT', interrupted(130));
process.on('SIGTERM', interrupted(143));

async function environment(): Promise<NodeJS.ProcessEnv> {
  if (unitOnly || process.env[TEST_SERVERS_VARIABLE]) return process.env;
  const servers = await progress.step('PostgreSQL, NATS and Keycloak', () =>
    startTestServers(inheritedEnvironment(), set),
  );
  folder = servers.folder;
  return { ...process.env, [TEST_SERVERS_VARIABLE]: JSON.stringify(servers) };
}

let counts = { passed: 0, failed: 1, skipped: 0 };
try {
  counts = await runJest(jestArgs, await environment(), (kill) => {
    killJest = kill;
  });
} catch (error) {
  console.error((error as Error).message);
} finally {
  await stopTestServers(folder, set);
}
console.log(closingLine(counts));
process.exitCode = exitCodeOf(counts);
