import { join } from 'node:path';
import { inheritedEnvironment } from '@rapport/test-kit/config';
import { answersOk } from '@rapport/test-kit/servers/http-answer';
import { freePort } from '@rapport/test-kit/servers/free-port';
import { ManagedProcess } from '@rapport/test-kit/servers/managed-process';
import type { ServerSet } from '@rapport/test-kit/servers/server-set';
import type { RunFolder } from '../launch/run-folder.ts';
import { bareGatewayEnvironment, bareServiceEnvironment } from './config.ts';

/** The hand-written hop, beside the platform: one service, and two outer halves that differ in when they verify. */
export interface BareHop {
  service: ManagedProcess;
  gateway: Outer;
  verifyingGateway: Outer;
}

export interface Outer {
  process: ManagedProcess;
  port: number;
}

/** Starts it on the database and the issuer of the platform. `options` are of Node, as for the platform's processes. */
export async function startBareHop(
  run: RunFolder,
  set: ServerSet,
  platform: { databaseUrl: string; issuer: string },
  options: Record<string, string>,
): Promise<BareHop> {
  const taken = new Set<number>();
  const start = async (
    name: string,
    script: string,
    env: Record<string, string>,
    port: number,
    tier: number,
  ): Promise<ManagedProcess> => {
    const process = new ManagedProcess({
      name,
      command: globalThis.process.execPath,
      args: ['--enable-source-maps', join(import.meta.dirname, script)],
      env: { ...inheritedEnvironment(), NODE_ENV: 'production', ...options, ...env },
      logFile: run.logFile(name),
      pidFolder: run.at('pids'),
      // Any answer of the outer half will do; the inner half has no HTTP, so its first call waits for it.
      isReady: () => (tier === 3 ? answersOk(`http://127.0.0.1:${port}/ready`) : Promise.resolve(true)),
      readyTimeoutMs: 20_000,
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 5_000,
    });
    await set.start(process, tier);
    return process;
  };
  const servicePort = await freePort(taken);
  const service = await start(
    'bare-service',
    'bare-service.ts',
    bareServiceEnvironment({ port: servicePort, databaseUrl: platform.databaseUrl }),
    servicePort,
    2,
  );
  const outer = async (name: string, verifies: 'every-request' | 'once'): Promise<Outer> => {
    const port = await freePort(taken);
    const settings = { port, serviceAddress: `127.0.0.1:${servicePort}`, issuer: platform.issuer, verifies };
    return { process: await start(name, 'bare-gateway.ts', bareGatewayEnvironment(settings), port, 3), port };
  };
  return {
    service,
    gateway: await outer('bare-gateway', 'once'),
    verifyingGateway: await outer('bare-gateway-verifying', 'every-request'),
  };
}
