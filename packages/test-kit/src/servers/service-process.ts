import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { answersOk } from './http-answer.js';
import { ManagedProcess } from './managed-process.js';
import type { ServiceName } from './service-names.js';
import { projectFolder } from './tool-paths.js';

export interface ServiceProcessOptions {
  service: ServiceName;
  env: Record<string, string>;
  healthPort: number;
  logFile: string;
  pidFolder: string;
  onRestart?: (sentence: string) => void;
}

/** The compiled entry of a service, which a process of it runs. */
export function serviceEntry(service: ServiceName): string {
  return join(projectFolder, 'services', service, 'dist/main.js');
}

/** The services that have not been compiled, and so cannot be started. */
export function withoutEntry(services: readonly ServiceName[]): ServiceName[] {
  return services.filter((service) => !existsSync(serviceEntry(service)));
}

/** Prepares a service as a process of its own; `process.start()` waits until it says it is ready. */
export function serviceProcess(options: ServiceProcessOptions): ManagedProcess {
  return new ManagedProcess({
    name: options.service,
    command: process.execPath,
    // Seven of them share one machine: half the usual nursery costs each a few more small collections and spares 20 MB.
    args: ['--enable-source-maps', '--max-semi-space-size=8', serviceEntry(options.service)],
    env: options.env,
    cwd: join(projectFolder, 'services', options.service),
    logFile: options.logFile,
    pidFolder: options.pidFolder,
    isReady: () => answersOk(`http://127.0.0.1:${options.healthPort}/readyz`),
    readyTimeoutMs: 60_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 25_000, // a little above the time a service takes to drain
    ...(options.onRestart ? { onRestart: options.onRestart } : {}),
  });
}
