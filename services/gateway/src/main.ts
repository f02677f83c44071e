import { loadConfig } from '@rapport/service-kit/config';
import { runProcess } from '@rapport/service-kit/lifecycle';
import { gatewaySchema } from './config.js';
import { gatewayProcess } from './gateway-process.js';

await runProcess(gatewayProcess(loadConfig(gatewaySchema)));
