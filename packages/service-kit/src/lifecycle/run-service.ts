import type { ServiceDefinition } from '@grpc/grpc-js';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Authenticator } from '../access/authenticator.js';
import { ServiceClient } from '../access/service-client.js';
import type { ServiceConfig } from '../config/service-config.js';
import { CallHooks } from '../grpc/call-hooks.js';
import { ErrorFilter } from '../grpc/error-filter.js';
import { KitRpcs } from '../grpc/kit-rpcs.js';
import type { TokenAuthenticator } from '../grpc/pipeline.js';
import { GrpcTransport } from '../grpc/transport.js';
import { Lifecycle } from './lifecycle.js';
import { NestLog } from './nest-log.js';
import { type Edge, type ProcessOptions, runProcess, type RunningProcess, startProcess } from './run-process.js';
import { ServiceSettings } from './service-settings.js';

export interface ServiceOptions {
  /** `deals`. */
  readonly name: string;
  readonly config: ServiceConfig;
  readonly grpc: {
    /** The generated definitions that the controllers implement; the kit adds its own. */
    readonly definitions: readonly ServiceDefinition[];
    readonly maxCallMs?: number;
  };
  /** Instead of Keycloak's tokens; for tests of what is not access. */
  readonly authenticator?: TokenAuthenticator;
}

export interface RunningService extends RunningProcess {
  readonly grpcPort: number;
}

/** The whole body of a service's `main.ts`. */
export async function runService(appModule: Type, options: ServiceOptions): Promise<void> {
  await runProcess(processOf(appModule, options).process);
}

/** The same without signals and exit: for tests that run a service within themselves. */
export async function startService(appModule: Type, options: ServiceOptions): Promise<RunningService> {
  const { process, transport } = processOf(appModule, options);
  const running = await startProcess(process);
  return { ...running, grpcPort: transport().boundPort };
}

function processOf(
  appModule: Type,
  options: ServiceOptions,
): { process: ProcessOptions; transport: () => GrpcTransport } {
  const { name, config, grpc } = options;
  let transport: GrpcTransport;
  const edge = async (lifecycle: Lifecycle): Promise<Edge> => {
    const authenticator = new Authenticator({
      keycloakUrl: config.KEYCLOAK_URL,
      realm: config.KEYCLOAK_REALM,
      allowedAzp: config.ALLOWED_AZP,
      ...(config.KEYCLOAK_PUBLIC_URL ? { issuerUrl: config.KEYCLOAK_PUBLIC_URL } : {}),
    });
    const own = new ServiceClient(
      {
        keycloakUrl: config.KEYCLOAK_URL,
        realm: config.KEYCLOAK_REALM,
        clientId: `svc-${name}`,
        clientSecret: config.OIDC_CLIENT_SECRET,
      },
      authenticator,
    );
    const kitRpcs = new KitRpcs();
    const hooks = new CallHooks();
    transport = new GrpcTransport({
      address: `${config.HOST}:${config.GRPC_PORT}`,
      definitions: grpc.definitions,
      authenticator: options.authenticator ?? authenticator,
      kitRpcs,
      hooks,
      beforeListen: () => lifecycle.start(),
      ...(grpc.maxCallMs === undefined ? {} : { maxCallMs: grpc.maxCallMs }),
    });
    const root = rootModule(appModule, [
      { provide: ServiceSettings, useValue: new ServiceSettings(name, config) },
      { provide: Lifecycle, useValue: lifecycle },
      { provide: KitRpcs, useValue: kitRpcs },
      { provide: CallHooks, useValue: hooks },
      { provide: Authenticator, useValue: authenticator },
      { provide: ServiceClient, useValue: own },
    ]);
    const app = await NestFactory.createMicroservice(root, {
      strategy: transport,
      logger: new NestLog(),
      abortOnError: false,
    });
    app.useGlobalFilters(new ErrorFilter());
    return {
      open: async () => {
        await app.listen();
        transport.health.setServing(true);
      },
      announceLeaving: () => transport.health.setServing(false),
      drain: async (ms) => void (await transport.drain(ms)),
      close: () => app.close(),
    };
  };
  return { process: { name, config, edge }, transport: () => transport };
}

class Root {}
Module({})(Root);

/** The service's module under one that gives every module what the kit knows. */
function rootModule(appModule: Type, providers: NonNullable<DynamicModule['providers']>): DynamicModule {
  return { module: Root, global: true, imports: [appModule], providers, exports: providers };
}
