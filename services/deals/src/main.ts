import { DealsServiceService } from '@rapport/contracts/rapport/deals/v1/deals_service';
import { PipelinesServiceService } from '@rapport/contracts/rapport/deals/v1/pipelines_service';
import { ProductsServiceService } from '@rapport/contracts/rapport/deals/v1/products_service';
import { runService } from '@rapport/service-kit/lifecycle';
import { AppModule } from './app.module.js';
import { config } from './config.js';

await runService(AppModule, {
  name: 'deals',
  config,
  grpc: { definitions: [DealsServiceService, ProductsServiceService, PipelinesServiceService] },
});
