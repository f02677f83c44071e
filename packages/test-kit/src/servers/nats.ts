import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { answersOk } from './http-answer.js';
import { ManagedProcess } from './managed-process.js';
import { natsServerProgram } from './tool-paths.js';

export interface NatsOptions {
  /** Holds the configuration file and JetStream's store. */
  folder: string;
  port: number;
  monitoringPort: number;
  logFile: string;
  pidFolder: string;
  env: Record<string, string>;
  onRestart?: (sentence: string) => void;
}

export interface NatsServer {
  process: ManagedProcess;
  url: string;
  monitoringUrl: string;
  /** JetStream's store; deleting it while the server is down is a case the platform must heal from. */
  storeFolder: string;
}

const HOST = '127.0.0.1';

/** Prepares nats-server with JetStream on loopback; `process.start()` starts it. */
export function natsServer(options: NatsOptions): NatsServer {
  const storeFolder = join(options.folder, 'store');
  const configuration = join(options.folder, 'nats-server.conf');
  const monitoringUrl = `http://${HOST}:${options.monitoringPort}`;
  const process = new ManagedProcess({
    name: 'nats',
    command: natsServerProgram(),
    args: ['--config', configuration],
    env: options.env,
    logFile: options.logFile,
    pidFolder: options.pidFolder,
    beforeStart: async () => {
      mkdirSync(dirname(storeFolder), { recursive: true });
      writeFileSync(configuration, natsConfiguration(options, storeFolder));
    },
    isReady: () => answersOk(`${monitoringUrl}/healthz`),
    readyTimeoutMs: 30_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
    ...(options.onRestart ? { onRestart: options.onRestart } : {}),
  });
  return { process, url: `nats://${HOST}:${options.port}`, monitoringUrl, storeFolder };
}

function natsConfiguration(options: NatsOptions, storeFolder: string): string {
  return [
    'server_name: rapport',
    `host: "${HOST}"`,
    `port: ${options.port}`,
    `http: "${HOST}:${options.monitoringPort}"`,
    'max_payload: 4MB',
    'jetstream {',
    `  store_dir: ${JSON.stringify(storeFolder)}`,
    '  max_mem: 256MB',
    '  max_file: 8GB',
    '}',
    '',
  ].join('\n');
}
