import { InvoicesServiceService } from '@rapport/contracts/rapport/billing/v1/invoices_service';
import { PaymentsServiceService } from '@rapport/contracts/rapport/billing/v1/payments_service';
import { runService } from '@rapport/service-kit/lifecycle';
import { AppModule } from './app.module.js';
import { config } from './config.js';

await runService(AppModule, {
  name: 'billing',
  config,
  grpc: { definitions: [InvoicesServiceService, PaymentsServiceService] },
});
