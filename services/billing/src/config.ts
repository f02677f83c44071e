import { loadConfig, serviceConfig } from '@rapport/service-kit/config';

export const config = loadConfig(serviceConfig({ calls: ['contacts', 'deals'] }));
