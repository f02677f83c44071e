// npm run test:servers: keeps the servers of a test run up until Ctrl-C, for quick repeats of one suite while working on
// it. In another terminal, `export` what it prints; npm test then uses these servers instead of starting its own.
import { inheritedEnvironment, TEST_SERVERS_VARIABLE } from '@rapport/test-kit/config';
import { ServerSet } from '@rapport/test-kit/servers/server-set';
import { startTestServers, stopTestServers } from '@rapport/test-kit/servers/test-servers';
import { createProgress } from './progress.mjs';

const set = new ServerSet();
let folder: string | undefined;
const leave = (): void => {
  if (set.isLeaving) {
    set.kill();
    process.exit(130);
  }
  void stopTestServers(folder, set).then(() => process.exit(0));
};
process.on('SIGINT', leave);
process.on('SIGTERM', leave);

try {
  const step = createProgress(process.stderr).step;
  const servers = await step('PostgreSQL, NATS and Keycloak', () => startTestServers(inheritedEnvironment(), set));
  folder = servers.folder;
  console.log(`export ${TEST_SERVERS_VARIABLE}='${JSON.stringify(servers)}'`);
  setInterval(() => {}, 60_000); // stays until it is told to leave
} catch (error) {
  console.error((error as Error).message);
  await stopTestServers(folder, set);
  process.exitCode = 1;
}
