import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import type * as Engine from '@prisma/schema-engine-wasm';
import type { PoolConfig } from 'pg';

/** Everything in our databases is managed by migrations: nothing is left out of a comparison. */
export const NO_FILTERS = { externalTables: [], externalEnums: [] };

/**
 * Works with Prisma's schema engine, in this process.
 *
 * Its command line would download a native engine; the WebAssembly build of the
 * same engine needs no host but the database.
 */
export async function withSchemaEngine<T>(
  databaseUrl: string,
  datamodel: { path: string; content: string } | undefined,
  work: (engine: Engine.SchemaEngine) => Promise<T>,
): Promise<T> {
  const { SchemaEngine } = await engineModule();
  const open: { dispose(): Promise<void> }[] = [];
  const adapter = forMigrations(connectionOf(databaseUrl), open);
  const datamodels = datamodel ? [[datamodel.path, datamodel.content]] : undefined;
  const options = { datamodels } as unknown as Engine.ConstructorOptions;
  const engine = await SchemaEngine.new(options, () => {}, bindMigrationAwareSqlAdapterFactory(adapter));
  try {
    return await work(engine);
  } finally {
    engine.free();
    // The engine leaves its connection open, and with it its own advisory lock.
    await Promise.all(open.map((connection) => connection.dispose()));
  }
}

/** Declared by the DOM's types, which a server does not load. */
const wasm = (globalThis as unknown as Record<'WebAssembly', WasmRuntime>).WebAssembly;
interface WasmRuntime {
  instantiate(code: Uint8Array, imports: object): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
}

let loaded: Promise<typeof Engine> | undefined;

/** The package is built for bundlers, which resolve `import … from 'x.wasm'`; Node needs it done by hand. */
function engineModule(): Promise<typeof Engine> {
  return (loaded ??= (async () => {
    const folder = dirname(fileURLToPath(import.meta.resolve('@prisma/schema-engine-wasm')));
    const glue = pathToFileURL(join(folder, 'schema_engine_bg.js')).href;
    const binding = (await import(glue)) as typeof Engine & { __wbg_set_wasm(exports: unknown): void };
    const code = readFileSync(join(folder, 'schema_engine_bg.wasm'));
    const { instance } = await wasm.instantiate(code, { './schema_engine_bg.js': withIdleTimers(binding) });
    binding.__wbg_set_wasm(instance.exports);
    instance.exports.__wbindgen_start();
    return binding;
  })());
}

/** The engine never clears the timer that bounds its wait for the lock; left as it is, it holds a finished process for 10 s. */
function withIdleTimers<T extends object>(binding: T): T {
  const imports = { ...binding } as Record<string, unknown>;
  for (const [name, set] of Object.entries(binding)) {
    if (!name.startsWith('__wbg_setTimeout')) continue;
    imports[name] = (...args: unknown[]) => {
      const { setTimeout } = globalThis;
      globalThis.setTimeout = ((...timer: Parameters<typeof setTimeout>) =>
        setTimeout(...timer).unref()) as typeof setTimeout;
      try {
        return (set as (...all: unknown[]) => unknown)(...args);
      } finally {
        globalThis.setTimeout = setTimeout;
      }
    };
  }
  return imports as T;
}

interface Driver {
  query(sql: unknown): Promise<{ fields?: { dataTypeID: number }[] }>;
}

const INTERNAL_CHAR = 18;
const TEXT = 25;

type Connection = Awaited<ReturnType<PrismaPg['connect']>>;

/** The adapter as the engine needs it; `open` collects the connections to be closed. */
function forMigrations(config: PoolConfig, open: { dispose(): Promise<void> }[]): PrismaPg {
  const factory = new PrismaPg(config);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const connection = repaired(await connect());
    open.push(connection);
    return connection;
  };
  // The adapter would drop the shadow while it is still connected to it.
  factory.connectToShadowDb = async () => {
    const database = `shadow_${randomUUID().replaceAll('-', '')}`;
    const server = await factory.connect();
    await server.executeScript(`create database ${database}`);
    const shadow = repaired(await new PrismaPg({ ...config, database }).connect());
    const dispose = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await dispose();
      await server.executeScript(`drop database ${database} with (force)`);
    };
    return shadow;
  };
  return factory;
}

/**
 * Two things that the adapter does not do for the engine. It splits a script
 * at every `;`, which breaks functions and leaves half a migration behind: sent
 * whole, PostgreSQL runs a file as one transaction. And it refuses PostgreSQL's
 * internal one-byte "char", in which the catalogue tells of constraints.
 */
function repaired(connection: Connection): Connection {
  const driver = connection.underlyingDriver() as unknown as Driver;
  const query = driver.query.bind(driver);
  connection.executeScript = async (script) => void (await query(script));

  // The engine asks one thing at a time, so the last answer's columns are those of this answer.
  let characters: number[] = [];
  driver.query = async (sql) => {
    const result = await query(sql);
    const fields = result.fields ?? [];
    characters = fields.flatMap(({ dataTypeID }, index) => (dataTypeID === INTERNAL_CHAR ? [index] : []));
    for (const index of characters) fields[index]!.dataTypeID = TEXT;
    return result;
  };
  const queryRaw = connection.queryRaw.bind(connection);
  connection.queryRaw = async (sql) => {
    const answer = await queryRaw(sql);
    for (const index of characters) answer.columnTypes[index] = ColumnTypeEnum.Character;
    return answer;
  };
  return connection;
}

/** By parts: a whole address would win over the shadow's name, and migrations would run in the database itself. */
function connectionOf(databaseUrl: string): PoolConfig {
  const url = new URL(databaseUrl);
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ssl: /^(require|verify-ca|verify-full)$/.test(url.searchParams.get('sslmode') ?? ''),
    max: 1,
  };
}
