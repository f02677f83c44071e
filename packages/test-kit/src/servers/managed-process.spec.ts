import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { answersOk } from './http-answer.js';
import { freePort } from './free-port.js';
import { stopLeftBehind } from './left-behind.js';
import { ManagedProcess } from './managed-process.js';
import { processIdentity } from './process-identity.js';

const SERVER = `
  const server = require('node:http').createServer((request, response) => response.end());
  server.listen(Number(process.env.PORT), '127.0.0.1');
  process.on('SIGTERM', () => { if (process.env.STUBBORN) return; console.log('leaving'); process.exit(0); });
`;

describe('a managed process', () => {
  let folder = '';
  let port = 0;
  let told: string[] = [];
  const processes: ManagedProcess[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rapport-process-'));
    port = await freePort();
    told = [];
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((process) => process.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  function managed(code: string, env: Record<string, string> = {}): ManagedProcess {
    const made = new ManagedProcess({
      name: 'example',
      command: process.execPath,
      args: ['--eval', code],
      env: { PORT: String(port), ...env },
      logFile: join(folder, 'logs/example.log'),
      pidFolder: join(folder, 'pids'),
      isReady: () => answersOk(`http://127.0.0.1:${port}/`),
      readyTimeoutMs: 10_000,
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 500,
      onRestart: (sentence) => told.push(sentence),
    });
    processes.push(made);
    return made;
  }

  it('has started when it answers, and leaves when it is asked', async () => {
    const example = managed(SERVER);
    await example.start();
    expect(await answersOk(`http://127.0.0.1:${port}/`)).toBe(true);
    await example.stop();
    expect(readFileSync(join(folder, 'logs/example.log'), 'utf8')).toBe('leaving\n');
    expect(existsSync(join(folder, 'pids/example.json'))).toBe(false);
    expect(told).toEqual([]);
  });

  it('is killed when it does not leave in time', async () => {
    const example = managed(SERVER, { STUBBORN: 'yes' });
    await example.start();
    const pid = example.pid ?? 0;
    await example.stop();
    expect(processIdentity(pid)).toBeUndefined();
  });

  it('that ends before it answers is reported with the end of its log', async () => {
    const example = managed(`console.error('no configuration'); process.exit(3)`);
    await expect(example.start()).rejects.toThrow(/example ended with code 3\.[^]*no configuration/);
  });

  it('that falls is started again, and that is told', async () => {
    const example = managed(SERVER);
    await example.start();
    const first = example.pid ?? 0;
    process.kill(first, 'SIGKILL');
    for (let waited = 0; waited < 5_000 && told.length < 2; waited += 50) await sleep(50);
    expect(told[0]).toMatch(/^example ended by SIGKILL\. Starting it again in 0\.5 s/);
    expect(told[1]).toMatch(/^example is back after/);
    expect(example.pid).not.toBe(first);
    expect(await answersOk(`http://127.0.0.1:${port}/`)).toBe(true);
  });

  it('of a killed run is found by its pid file and stopped', async () => {
    const example = managed(SERVER);
    await example.start();
    const pid = example.pid ?? 0;
    const left = stopLeftBehind(join(folder, 'pids'));
    expect(await left).toEqual(['example']);
    expect(processIdentity(pid)).toBeUndefined();
    await example.stop();
  });
});
