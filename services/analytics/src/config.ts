import { serviceConfig } from '@rapport/service-kit/config';
import { z } from 'zod';

/** What analytics is told; `main.ts` reads it, once. */
export const analyticsSchema = serviceConfig({
  calls: ['contacts', 'deals', 'billing'],
  own: {
    /** A ClickHouse server; unset = the embedded engine. */
    CLICKHOUSE_URL: z.url().optional(),
    /** Data folder of the embedded engine; one process at a time. */
    CLICKHOUSE_PATH: z.string().min(1).default('data/clickhouse'),
    /** Hour of the day (UTC) at which the cube is compared with its table. */
    FIGURES_VERIFY_HOUR: z.coerce.number().int().min(0).max(23).default(1),
  },
});

export type AnalyticsConfig = z.infer<typeof analyticsSchema>;
