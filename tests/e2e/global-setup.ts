// Starts the product as its README does, with the demo company, in a temporary
// folder and on free ports; the e2e suites share it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { environmentWith, handOver } from './config.ts';
import { TraceCollector } from './trace-collector.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const UP_MS = 240_000;
const DOWN_MS = 60_000;

export default async function setUp(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-e2e-'));
  const collector = await TraceCollector.start();
  const child = spawn(process.execPath, ['scripts/start.ts'], {
    cwd: root,
    env: environmentWith({ ...collector.environment, RUN_FOLDER: folder, GATEWAY_PORT: '0' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let up = false;
  const listen = (chunk: Buffer): void => {
    output += chunk.toString();
    up ||= output.includes('Rapport is up');
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const giveUpAt = Date.now() + UP_MS;
  while (!up && child.exitCode === null && Date.now() < giveUpAt) await sleep(100);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const killAt = Date.now() + DOWN_MS;
    while (child.exitCode === null && Date.now() < killAt) await sleep(50);
    if (child.exitCode === null) child.kill('SIGKILL');
    collector.close();
    rmSync(folder, { recursive: true, force: true });
  };
  if (!up) {
    const logs = logEnds(folder);
    await stop();
    throw new Error(`npm start did not come up:\n${output}\n${logs}`);
  }
  handOver({ folder, collector: collector.url });
  (globalThis as { stopRapport?: () => Promise<void> }).stopRapport = stop;
}

function logEnds(folder: string): string {
  try {
    return readFileSync(join(folder, 'logs', 'demo.log'), 'utf8').slice(-2000);
  } catch {
    return '';
  }
}
