import type { ExternalId } from '@rapport/contracts/rapport/type/v1/type';
import { v7 as uuidv7 } from 'uuid';
import type { CallContext } from '../../access/context.js';
import { contracts } from '../../contracts/contracts.js';
import { AppError, type FieldViolation } from '../../errors/app-error.js';

/** A resource to be made, and where it stands in the request: `requests[3].deal`. */
export interface Draft<M> {
  readonly message: M;
  readonly at: string;
}

interface Creatable {
  readonly externalId: ExternalId | undefined;
}

/** The columns that every new row has, by convention. */
export function newRow(ctx: CallContext, { externalId }: Creatable) {
  const now = ctx.clock();
  return {
    id: uuidv7(),
    version: 1,
    createTime: now,
    updateTime: now,
    externalSource: externalId?.source ?? null,
    externalKey: externalId?.key ?? null,
  };
}

interface Owned {
  readonly ownerId: string;
  readonly departmentId: string;
  readonly branchId: string;
}

/**
 * The owner trio of new rows: the caller and his home department and branch,
 * where the request names no others. A program has no home: it must name them,
 * else INVALID_ARGUMENT/INVALID_REQUEST.
 */
export function ownersOf<M extends Owned>({ principal }: CallContext, drafts: readonly Draft<M>[]): Owned[] {
  const missing: FieldViolation[] = [];
  const owners = drafts.map(({ message, at }) => {
    const owner = {
      ownerId: message.ownerId || (principal.employeeId ?? ''),
      departmentId: message.departmentId || (principal.homeDepartmentId ?? ''),
      branchId: message.branchId || (principal.homeBranchId ?? ''),
    };
    for (const [column, name] of [
      ['ownerId', 'owner_id'],
      ['departmentId', 'department_id'],
      ['branchId', 'branch_id'],
    ] as const) {
      if (owner[column] === '')
        missing.push({ field: `${at}.${name}`, description: 'A program must name it.', reason: 'REQUIRED' });
    }
    return owner;
  });
  if (missing.length > 0)
    throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The request is not valid.', {}, missing);
  return owners;
}

/**
 * Whether a create loads history: a batch does, and a single create of a caller
 * with the right `import` that sets an external id or what verbs otherwise
 * set. Its event is `<Noun>Imported`.
 */
export function isImport(ctx: CallContext, resource: string, message: object): boolean {
  if (ctx.rule.action === 'import') return true;
  if (!ctx.grants.may(resource, 'import')) return false;
  const { desc } = contracts.resource(resource);
  return desc.fields.some((field) => {
    const { importOnly } = contracts.fieldRule(field);
    return (importOnly || field.name === 'external_id') && isSet((message as Record<string, unknown>)[field.localName]);
  });
}

/** Whether a ts-proto member holds anything but its default. */
export function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return false;
  if (typeof value === 'string') return !value.endsWith('_UNSPECIFIED');
  return !(Array.isArray(value) && value.length === 0);
}
