import { Module } from '@nestjs/common';
import { dataModule } from '@rapport/service-kit/data';
import { EventsModule } from '@rapport/service-kit/events';
import { InformationSourcesModule } from './information-sources/information-sources.module.js';
import { Data } from './prisma.service.js';

@Module({ imports: [dataModule(Data), EventsModule, InformationSourcesModule] })
export class AppModule {}
