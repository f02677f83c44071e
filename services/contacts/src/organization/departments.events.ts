import type { Department } from '@rapport/contracts/rapport/contacts/v1/organization';
import {
  DepartmentCreated,
  DepartmentDeleted,
  DepartmentImported,
  DepartmentUndeleted,
  DepartmentUpdated,
} from '@rapport/contracts/rapport/contacts/v1/organization_events';
import { event, type OutboxEvent } from '@rapport/service-kit/data';

export const departmentCreated = (department: Department): OutboxEvent =>
  event(DepartmentCreated, { department }, department);

export const departmentImported = (department: Department): OutboxEvent =>
  event(DepartmentImported, { department }, department);

export const departmentUpdated = (department: Department): OutboxEvent =>
  event(DepartmentUpdated, { department }, department);

export const departmentDeleted = (department: Department): OutboxEvent =>
  event(DepartmentDeleted, { department }, department);

export const departmentUndeleted = (department: Department): OutboxEvent =>
  event(DepartmentUndeleted, { department }, department);
