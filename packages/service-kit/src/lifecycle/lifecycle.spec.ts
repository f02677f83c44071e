import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { Lifecycle } from './lifecycle.js';
import { LIFECYCLE_ORDER, type LifecycleParticipant } from './lifecycle.js';
import { type Edge, type ProcessOptions, startProcess } from './run-process.js';

const config = { HOST: '127.0.0.1', HEALTH_PORT: 0, DRAIN_MS: 1_000, LOG_LEVEL: 'silent' } as const;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function recorder() {
  const told: string[] = [];
  const part = (
    name: string,
    order: number,
    faults: { start?: boolean; stop?: boolean } = {},
  ): LifecycleParticipant => ({
    name,
    order,
    start: async () => {
      told.push(`start ${name}`);
      if (faults.start) throw new Error(`${name} does not start`);
    },
    stop: async () => {
      told.push(`stop ${name}`);
      if (faults.stop) throw new Error(`${name} does not stop`);
    },
  });
  const edge =
    (parts: LifecycleParticipant[]): ProcessOptions['edge'] =>
    async (lifecycle: Lifecycle): Promise<Edge> => {
      for (const it of parts) lifecycle.add(it);
      return {
        open: async () => {
          await lifecycle.start();
          told.push('open');
        },
        drain: async (ms) => void told.push(`drain ${ms}`),
        close: async () => void told.push('close'),
      };
    };
  return { told, part, edge };
}

describe('a process', () => {
  it('starts in order and leaves in order', async () => {
    const { told, part, edge } = recorder();
    const parts = [
      part('consumer', LIFECYCLE_ORDER.CONSUMERS),
      part('database', LIFECYCLE_ORDER.DATABASE),
      part('relay', LIFECYCLE_ORDER.RELAY),
    ];
    const running = await startProcess({ name: 'test', config, edge: edge(parts) });
    expect(told.splice(0)).toEqual(['start database', 'start relay', 'start consumer', 'open']);
    const at = `http://127.0.0.1:${running.healthPort}`;
    expect((await fetch(`${at}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${at}/livez`)).json()).toMatchObject({ status: 'alive' });
    expect((await fetch(`${at}/else`)).status).toBe(404);
    await Promise.all([running.stop(), running.stop()]);
    expect(told).toEqual(['stop consumer', 'drain 800', 'stop relay', 'stop database', 'close']);
    await expect(fetch(`${at}/livez`)).rejects.toThrow();
  });

  it('is alive but not ready while it starts', async () => {
    const { edge } = recorder();
    let proceed = (): void => undefined;
    const slow: LifecycleParticipant = {
      name: 'slow',
      order: 0,
      start: () => new Promise((resolve) => (proceed = resolve)),
      stop: async () => undefined,
    };
    const port = await freePort();
    const starting = startProcess({ name: 'test', config: { ...config, HEALTH_PORT: port }, edge: edge([slow]) });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
    expect(await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()).toEqual({ status: 'starting' });
    proceed();
    await (await starting).stop();
  });

  it('gives back what it has begun when a part does not start', async () => {
    const { told, part, edge } = recorder();
    const parts = [
      part('database', 0),
      part('relay', LIFECYCLE_ORDER.RELAY, { start: true }),
      part('consumer', LIFECYCLE_ORDER.CONSUMERS),
    ];
    await expect(startProcess({ name: 'test', config, edge: edge(parts) })).rejects.toThrow('relay does not start');
    expect(told).toEqual(['start database', 'start relay', 'drain 800', 'stop relay', 'stop database', 'close']);
  });

  it('stops the others when one does not stop', async () => {
    const { told, part, edge } = recorder();
    const running = await startProcess({
      name: 'test',
      config,
      edge: edge([part('a', 60, { stop: true }), part('b', 60), part('c', 0)]),
    });
    await running.stop();
    expect(
      told
        .slice(-5)
        .filter((line) => line.startsWith('stop'))
        .sort(),
    ).toEqual(['stop a', 'stop b', 'stop c']);
  });
});
