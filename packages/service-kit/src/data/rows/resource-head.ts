import type { ExternalId, LocalDate, Money } from '@rapport/contracts/rapport/type/v1/type';
import { canonicalDecimal } from '../../money.js';

/** The columns that every resource has, by convention. */
export interface HeadRow {
  readonly id: string;
  readonly version: number;
  readonly createTime: Date;
  readonly updateTime: Date;
  readonly deleteTime: Date | null;
  readonly externalSource: string | null;
  readonly externalKey: string | null;
}

/** The members that every resource message begins with. */
export function resourceHead(row: HeadRow) {
  return {
    id: row.id,
    etag: String(row.version),
    createTime: row.createTime,
    updateTime: row.updateTime,
    deleteTime: row.deleteTime ?? undefined,
    externalId: externalIdOf(row),
  };
}

function externalIdOf({ externalSource, externalKey }: HeadRow): ExternalId | undefined {
  return externalSource !== null && externalKey !== null ? { source: externalSource, key: externalKey } : undefined;
}

/** A decimal column, whatever class the driver gives it. */
interface DecimalValue {
  toString(): string;
}

/** Money of its two columns; absent when there is no amount. */
export function toMoney(amount: DecimalValue | null, currencyCode: string | null): Money | undefined {
  return amount === null || currencyCode === null ? undefined : { amount: canonicalDecimal(amount), currencyCode };
}

/** The two columns of Money, under its field's name. */
export function moneyColumns<N extends string>(name: N, money: Money | undefined) {
  return { [name]: money?.amount ?? null, [`${name}Currency`]: money?.currencyCode ?? null } as Record<
    N,
    string | null
  > &
    Record<`${N}Currency`, string | null>;
}

/** A `date` column as the contract writes it. */
export function toLocalDate(date: Date | null): LocalDate | undefined {
  return date === null ? undefined : { value: date.toISOString().slice(0, 10) };
}

/** A `date` column's value: PostgreSQL takes the day of midnight UTC. */
export function dateColumn(date: LocalDate | undefined): Date | null {
  return date === undefined ? null : new Date(`${date.value}T00:00:00Z`);
}

/** A reference as the contract writes it: empty when absent. */
export function toReference(id: string | null): string {
  return id ?? '';
}

/** A reference's column: null when absent. */
export function referenceColumn(id: string): string | null {
  return id === '' ? null : id;
}
