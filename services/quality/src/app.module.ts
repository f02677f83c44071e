import { Module } from '@nestjs/common';
import { dataModule } from '@rapport/service-kit/data';
import { EventsModule } from '@rapport/service-kit/events';
import { ComplaintsModule } from './complaints/complaints.module.js';
import { Data } from './prisma.service.js';

@Module({ imports: [dataModule(Data), EventsModule, ComplaintsModule] })
export class AppModule {}
