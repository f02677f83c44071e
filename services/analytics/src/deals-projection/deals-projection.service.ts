import { Injectable } from '@nestjs/common';
import { withEngine } from '../engine/engine-failure.js';
import { Figures } from '../figures/figures.service.js';
import { changesOf, type DealRow } from './deal-row.js';
import { DealsTable } from './deals-table.queries.js';

/** Brings states of deals into the table and the cube, whatever road they came by. */
@Injectable()
export class DealsProjection {
  /** Set while the table may hold rows that the cube has not seen. */
  private cubeInDoubt = false;

  constructor(
    private readonly table: DealsTable,
    private readonly figures: Figures,
  ) {}

  /**
   * Applies the states that are newer than what is stored; returns when they
   * are stored and in the figures. May be given the same ones again, in any order.
   */
  async applyBatch(rows: readonly DealRow[]): Promise<void> {
    await this.figures.exclusively(() =>
      withEngine(async () => {
        if (this.cubeInDoubt) {
          await this.figures.rebuild();
          this.cubeInDoubt = false;
        }
        const changes = changesOf(rows, await this.table.present([...new Set(rows.map(({ id }) => id))]));
        if (changes.length === 0) return;
        // An insert over several partitions may fail half way: what is stored then
        // would look applied at the next try and never reach the cube.
        this.cubeInDoubt = true;
        await this.table.insert(changes.map(({ row }) => row));
        this.figures.take(changes);
        this.cubeInDoubt = false;
      }),
    );
  }
}
