import { serviceConfig } from '@rapport/service-kit/config';
import type { z } from 'zod';

/** What quality is told; `main.ts` reads it, once. */
export const qualitySchema = serviceConfig({ calls: ['contacts', 'deals'] });

export type QualityConfig = z.infer<typeof qualitySchema>;
