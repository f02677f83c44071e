import type { Branch } from '@rapport/contracts/rapport/contacts/v1/organization';
import {
  BranchCreated,
  BranchDeleted,
  BranchImported,
  BranchUndeleted,
  BranchUpdated,
} from '@rapport/contracts/rapport/contacts/v1/organization_events';
import { event, type OutboxEvent } from '@rapport/service-kit/data';

export const branchCreated = (branch: Branch): OutboxEvent => event(BranchCreated, { branch }, branch);

export const branchImported = (branch: Branch): OutboxEvent => event(BranchImported, { branch }, branch);

export const branchUpdated = (branch: Branch): OutboxEvent => event(BranchUpdated, { branch }, branch);

export const branchDeleted = (branch: Branch): OutboxEvent => event(BranchDeleted, { branch }, branch);

export const branchUndeleted = (branch: Branch): OutboxEvent => event(BranchUndeleted, { branch }, branch);
