// npm start: PostgreSQL, NATS, Keycloak and the seven services on loopback, with the demo company, until Ctrl-C.
//   npm start -- --fresh      begins anew
//   npm start -- --no-demo    without the demo company
import { join } from 'node:path';
import { projectFolder } from '@rapport/test-kit/servers/tool-paths';
import { parseArguments, type StartOptions } from './launch/arguments.ts';
import { type LaunchConfig, readConfig } from './launch/config.ts';
import { Launcher } from './launch/launcher.ts';
import { startPage } from './launch/page.ts';
import { RunFolder } from './launch/run-folder.ts';
import { createProgress, seconds } from './progress.mjs';

const startedAt = Date.now();
const progress = createProgress();

let options: StartOptions;
let config: LaunchConfig;
let run: RunFolder;
try {
  options = parseArguments(process.argv.slice(2));
  config = readConfig();
  run = new RunFolder(config.runFolder ?? join(projectFolder, '.run'));
  run.claim();
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}

const launcher = new Launcher(options, config, run, progress);

async function leave(exitCode: number): Promise<void> {
  if (launcher.isLeaving) {
    launcher.kill();
    run.release();
    process.exit(130);
  }
  await launcher.stop();
  run.release();
  progress.line('Everything is stopped.');
  process.exit(exitCode);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    progress.line(launcher.isLeaving ? 'Ending everything at once.' : 'Stopping; once more ends everything at once.');
    void leave(0);
  });
}

try {
  const addresses = await launcher.start();
  progress.line(startPage(addresses, run.at('logs'), seconds(Date.now() - startedAt)));
} catch (error) {
  if (!launcher.isLeaving) {
    console.error(`\n${(error as Error).message}`);
    await leave(1);
  }
}
