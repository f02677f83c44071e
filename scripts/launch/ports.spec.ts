import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { choosePorts } from './ports.ts';

describe('the ports of an installation', () => {
  it('are all different, and stay while they are free', async () => {
    const first = await choosePorts();
    expect(new Set(Object.values(first)).size).toBe(Object.keys(first).length);
    expect(await choosePorts(first)).toEqual(first);
  });

  it('give way to another program, one by one', async () => {
    const first = await choosePorts();
    const port = first.nats ?? 0;
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    try {
      const { nats, ...rest } = await choosePorts(first);
      const { nats: before, ...expected } = first;
      expect(nats).not.toBe(before);
      expect(rest).toEqual(expected);
    } finally {
      other.close();
    }
  });
});
