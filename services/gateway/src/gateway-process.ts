import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { type Edge, type Lifecycle, NestLog, type ProcessOptions } from '@rapport/service-kit/lifecycle';
import { AppModule } from './app.module.js';
import type { GatewayConfig } from './config.js';
import { HttpServer } from './http/http-server.service.js';

/** The gateway as a process of the platform: HTTP is its edge, as gRPC is that of the services. */
export function gatewayProcess(
  config: GatewayConfig,
  listening: (url: string) => void = () => undefined,
): ProcessOptions {
  const edge = async (lifecycle: Lifecycle): Promise<Edge> => {
    const app = await NestFactory.createApplicationContext(AppModule.with(config, lifecycle), {
      logger: new NestLog(),
      abortOnError: false,
    });
    const server = app.get(HttpServer);
    return {
      open: async () => {
        await lifecycle.start();
        listening(await server.listen());
      },
      // Streams have ended with the parts that take in work; what is left are requests with an answer.
      drain: async (ms) => void (await Promise.race([server.close(), pause(ms, undefined, { ref: false })])),
      close: () => app.close(),
    };
  };
  return { name: 'gateway', config, edge };
}
