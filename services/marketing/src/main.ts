import { InformationSourcesServiceService } from '@rapport/contracts/rapport/marketing/v1/information_sources_service';
import { runService } from '@rapport/service-kit/lifecycle';
import { AppModule } from './app.module.js';
import { config } from './config.js';

await runService(AppModule, { name: 'marketing', config, grpc: { definitions: [InformationSourcesServiceService] } });
