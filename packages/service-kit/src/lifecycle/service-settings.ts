import type { ServiceConfig } from '../config/service-config.js';

/** Which service this process is and what it was told. Injectable everywhere. */
export class ServiceSettings {
  constructor(
    /** `deals`: folder, proto package, database, NATS stream. */
    readonly name: string,
    readonly config: ServiceConfig,
  ) {}
}
