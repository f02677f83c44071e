import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the range from which kernels hand out ports for outgoing connections (32768 and up on Linux, 49152 on macOS):
// a port picked here cannot be taken by somebody's outgoing connection before the server binds it.
const LOWEST = 20_000;
const HIGHEST = 31_999;

/** Says whether a server could listen on this loopback port now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A loopback port that is free now and not among `taken`. Random, so that two callers rarely meet. */
export async function freePort(taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  throw new Error(`No free port was found on 127.0.0.1 between ${LOWEST} and ${HIGHEST}.`);
}

/** The first free port from `first` upwards: for an address that people type by hand. */
export async function nextFreePort(first: number, taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let port = first; port < first + 1000 && port < 65_536; port += 1) {
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  throw new Error(`No free port was found on 127.0.0.1 from ${first} upwards.`);
}
