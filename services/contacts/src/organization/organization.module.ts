import { Module } from '@nestjs/common';
import { BranchesService } from './branches.service.js';
import { DepartmentsService } from './departments.service.js';
import { EmployeesService } from './employees.service.js';
import { OrganizationController } from './organization.controller.js';

@Module({
  controllers: [OrganizationController],
  providers: [BranchesService, DepartmentsService, EmployeesService],
  exports: [EmployeesService],
})
export class OrganizationModule {}
