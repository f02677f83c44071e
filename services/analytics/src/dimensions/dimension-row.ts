import type { Branch, Department, Employee } from '@rapport/contracts/rapport/contacts/v1/organization';
import type { Pipeline } from '@rapport/contracts/rapport/deals/v1/pipeline';
import type { Product } from '@rapport/contracts/rapport/deals/v1/product';

export const DIMENSION_KINDS = {
  contacts: ['branch', 'department', 'employee'],
  deals: ['product', 'pipeline'],
} as const;
export type DimensionKind = (typeof DIMENSION_KINDS)[keyof typeof DIMENSION_KINDS][number];

/** Something that figures are keyed by: a row of the table `dimension`, names are its columns. */
export interface DimensionRow {
  readonly id: string;
  readonly version: number;
  readonly deleted: boolean;
  readonly event_id: string;
  readonly occur_time: string;
  readonly kind: DimensionKind;
  readonly display_name: string;
  /** Of a department: the one above it. */
  readonly parent_id: string;
  readonly branch_id: string;
  /** Of a pipeline: its stages, those of the past after those of today. */
  readonly members: readonly { readonly id: string; readonly display_name: string }[];
}

/** The payload of an event of one of the kinds. */
export type DimensionMessage =
  | { readonly branch: Branch | undefined }
  | { readonly department: Department | undefined }
  | { readonly employee: Employee | undefined }
  | { readonly product: Product | undefined }
  | { readonly pipeline: Pipeline | undefined };

type Content = Omit<DimensionRow, 'version' | 'event_id' | 'occur_time'>;
type Named = { readonly id: string; readonly displayName: string; readonly deleteTime: Date | undefined };

/** What the event's aggregate is called and stands under; undefined for a payload without one. */
export function dimensionContent(message: DimensionMessage): Content | undefined {
  if ('branch' in message) return message.branch && content('branch', message.branch);
  if ('department' in message) {
    const { department } = message;
    return (
      department && {
        ...content('department', department),
        parent_id: department.parentId,
        branch_id: department.branchId,
      }
    );
  }
  if ('employee' in message)
    return message.employee && { ...content('employee', message.employee), branch_id: message.employee.branchId };
  if ('product' in message) return message.product && content('product', message.product);
  const { pipeline } = message;
  const members = pipeline?.stages.map((stage) => ({ id: stage.id, display_name: stage.displayName }));
  return pipeline && { ...content('pipeline', pipeline), members: members ?? [] };
}

function content(kind: DimensionKind, { id, displayName, deleteTime }: Named): Content {
  return {
    id,
    kind,
    display_name: displayName,
    deleted: deleteTime !== undefined,
    parent_id: '',
    branch_id: '',
    members: [],
  };
}

/**
 * The row that follows `present`, or undefined when it is not newer. Stages that
 * a pipeline no longer has keep their names: closed deals still stand in them.
 */
export function nextDimensionRow(row: DimensionRow, present: DimensionRow | undefined): DimensionRow | undefined {
  if (present === undefined) return row;
  if (row.version <= present.version) return undefined;
  const today = new Set(row.members.map(({ id }) => id));
  return { ...row, members: [...row.members, ...present.members.filter(({ id }) => !today.has(id))] };
}
