import { ReportsServiceService } from '@rapport/contracts/rapport/analytics/v1/reports_service';
import { loadConfig } from '@rapport/service-kit/config';
import { runService } from '@rapport/service-kit/lifecycle';
import { AppModule } from './app.module.js';
import { analyticsSchema } from './config.js';

await runService(AppModule, {
  name: 'analytics',
  config: loadConfig(analyticsSchema),
  grpc: { definitions: [ReportsServiceService] },
});
