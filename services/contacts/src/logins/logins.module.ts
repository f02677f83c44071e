import { Module } from '@nestjs/common';
import { EmployeeLogin } from './employee-login.consumer.js';
import { KeycloakUsers } from './keycloak-users.service.js';
import { LoginsOnDepartmentUpdated } from './logins-on-department-updated.consumer.js';
import { LoginsService } from './logins.service.js';

@Module({ providers: [KeycloakUsers, LoginsService, EmployeeLogin, LoginsOnDepartmentUpdated] })
export class LoginsModule {}
