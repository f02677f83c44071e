import type { Grants } from './grants.js';
import type { Masks } from './mask.js';

/** How far a row scope reaches, narrowest first. */
export const ROW_SCOPES = ['own', 'department', 'branch', 'all'] as const;
export type RowScope = (typeof ROW_SCOPES)[number];

/** Whom the token names: somebody employed, or a program. */
export interface Principal {
  readonly kind: 'employee' | 'service';
  /** `sub` of the token. */
  readonly subject: string;
  readonly username: string;
  /** Client that the token was issued to. */
  readonly azp: string;
  /** Set for an employee, absent for a service. So are the four below. */
  readonly employeeId?: string;
  readonly branchIds: readonly string[];
  /** Paths of department ids, root first, joined by `/`; the last id is his department. */
  readonly departmentPaths: readonly string[];
  readonly homeBranchId?: string;
  readonly homeDepartmentId?: string;
}

/** The rpc's declared need, from its `rapport.access.v1.rule`. */
export interface RequiredRight {
  /** For example `deals.deal`; empty for an rpc that needs no permission. */
  readonly resource: string;
  /** create, import, read, update, delete or a verb; empty likewise. */
  readonly action: string;
}

/**
 * Who calls, with which rights, for which rpc. The first parameter of every
 * use case; made by the gRPC transport, or by `serviceContext` for consumers
 * and timers.
 */
export interface CallContext {
  readonly principal: Principal;
  readonly grants: Grants;
  readonly masks: Masks;
  readonly rule: RequiredRight;
  /** The exchanged token, to be forwarded when another service is asked on the caller's behalf. */
  readonly token: string;
  /** W3C trace context of this call; empty where it is not traced. */
  readonly traceparent: string;
  /** Instant by which the caller stops waiting. */
  readonly deadline?: Date;
  /** Now, by this process's clock; tests set it. */
  readonly clock: () => Date;
}
