// The running product, as a test sees it from outside.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AdminApi } from '../../deploy/keycloak/admin-api.js';
import { readAddresses, RestClient, RestError, type Addresses } from '../../scripts/rest-client.js';
import { runningPlatform } from './config.js';
import { collectedSpans, type CollectedSpan } from './trace-collector.js';

export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export class Platform {
  readonly folder: string;
  readonly addresses: Addresses;
  readonly #collector: string;

  constructor({ folder, collector } = runningPlatform()) {
    this.folder = folder;
    this.#collector = collector;
    this.addresses = readAddresses(join(folder, 'addresses.json'));
  }

  as(username: string): RestClient {
    return RestClient.as(this.addresses, username);
  }

  /** Keycloak's admin API of the realm, as the launcher's own administrator. */
  keycloakAdmin(): AdminApi {
    const { keycloakAdmin } = this.secrets() as { keycloakAdmin: string };
    const admin = { username: 'admin', password: keycloakAdmin };
    return new AdminApi({ keycloakUrl: this.addresses.keycloak, admin }, this.addresses.realm);
  }

  /** The platform's secrets of this run: whatever stands in them must stand nowhere else. */
  secrets(): unknown {
    return JSON.parse(readFileSync(join(this.folder, 'secrets.json'), 'utf8'));
  }

  /** What every process has logged so far, by name of the file. */
  logs(): ReadonlyMap<string, string> {
    const folder = join(this.folder, 'logs');
    return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  }

  /** The spans of one trace that the platform has exported so far. */
  spans(traceId: string): Promise<CollectedSpan[]> {
    return collectedSpans(this.#collector, traceId);
  }

  /** Pid of a process of the platform, by name, for example `analytics` or `nats`. */
  pid(name: string): number {
    return (JSON.parse(readFileSync(join(this.folder, 'pids', `${name}.json`), 'utf8')) as { pid: number }).pid;
  }

  /** Runs a script of the project against this platform. */
  run(script: string, args: readonly string[]): ScriptRun {
    return new ScriptRun(script, [...args, '--addresses', join(this.folder, 'addresses.json')]);
  }
}

/** A script that runs beside the test. */
export class ScriptRun {
  readonly #child;
  readonly #ended: Promise<number | null>;
  output = '';

  constructor(script: string, args: readonly string[]) {
    this.#child = spawn(process.execPath, [script, ...args], { cwd: projectRoot, stdio: ['ignore', 'pipe', 'pipe'] });
    const listen = (chunk: Buffer): void => {
      this.output += chunk.toString();
    };
    this.#child.stdout.on('data', listen);
    this.#child.stderr.on('data', listen);
    this.#ended = new Promise((resolve) => this.#child.once('exit', resolve));
  }

  kill(): Promise<number | null> {
    this.#child.kill('SIGKILL');
    return this.#ended;
  }

  /** Waits for success; throws with what it printed otherwise. */
  async success(): Promise<string> {
    const code = await this.#ended;
    if (code !== 0) throw new Error(`The script ended with ${code}:\n${this.output}`);
    return this.output;
  }
}

/** Repeats until it holds; the last failure is the message when it never does. */
export async function eventually<T>(attempt: () => Promise<T> | T, withinMs: number, everyMs = 50): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
      await sleep(everyMs);
    }
  }
}

/** The refusal that a request meets; throws when it meets none. */
export async function refusal(request: Promise<unknown>): Promise<RestError> {
  try {
    await request;
  } catch (error) {
    if (error instanceof RestError) return error;
    throw error;
  }
  throw new Error('The request was expected to be refused, and was not.');
}
