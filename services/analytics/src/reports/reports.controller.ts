import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import {
  ReportsServiceControllerMethods,
  type DailyBoard,
  type GetDailyBoardRequest,
  type GetSalesReportRequest,
  type ReportsServiceController,
  type SalesReport,
} from '@rapport/contracts/rapport/analytics/v1/reports_service';
import { callContext } from '@rapport/service-kit/grpc';
import { ReportsService } from './reports.service.js';

@Controller()
@ReportsServiceControllerMethods()
export class ReportsController implements ReportsServiceController {
  constructor(private readonly reports: ReportsService) {}

  getDailyBoard(request: GetDailyBoardRequest, metadata?: Metadata): Promise<DailyBoard> {
    return this.reports.dailyBoard(callContext(metadata), request);
  }

  getSalesReport(request: GetSalesReportRequest, metadata?: Metadata): Promise<SalesReport> {
    return this.reports.salesReport(callContext(metadata), request);
  }
}
