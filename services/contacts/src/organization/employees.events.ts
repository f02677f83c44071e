import type { Employee } from '@rapport/contracts/rapport/contacts/v1/organization';
import {
  EmployeeCreated,
  EmployeeDismissed,
  EmployeeImported,
  EmployeeUpdated,
} from '@rapport/contracts/rapport/contacts/v1/organization_events';
import { event, type OutboxEvent } from '@rapport/service-kit/data';

export const employeeCreated = (employee: Employee): OutboxEvent => event(EmployeeCreated, { employee }, employee);

export const employeeImported = (employee: Employee): OutboxEvent => event(EmployeeImported, { employee }, employee);

export const employeeUpdated = (employee: Employee): OutboxEvent => event(EmployeeUpdated, { employee }, employee);

export const employeeDismissed = (employee: Employee): OutboxEvent => event(EmployeeDismissed, { employee }, employee);
