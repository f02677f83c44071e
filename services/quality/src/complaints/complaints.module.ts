import { Module } from '@nestjs/common';
import { BranchZonesService } from './branch-zones.service.js';
import { ComplaintsController } from './complaints.controller.js';
import { ComplaintsService } from './complaints.service.js';

@Module({ controllers: [ComplaintsController], providers: [ComplaintsService, BranchZonesService] })
export class ComplaintsModule {}
