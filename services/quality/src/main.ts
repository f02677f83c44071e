import { ComplaintsServiceService } from '@rapport/contracts/rapport/quality/v1/complaints_service';
import { loadConfig } from '@rapport/service-kit/config';
import { runService } from '@rapport/service-kit/lifecycle';
import { AppModule } from './app.module.js';
import { qualitySchema } from './config.js';

await runService(AppModule, {
  name: 'quality',
  config: loadConfig(qualitySchema),
  grpc: { definitions: [ComplaintsServiceService] },
});
