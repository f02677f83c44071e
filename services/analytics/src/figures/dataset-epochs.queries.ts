import { Injectable } from '@nestjs/common';
import { Data } from '../prisma.service.js';

/** Gives each state in which figures are served a number that was never given before. */
@Injectable()
export class DatasetEpochs {
  constructor(private readonly data: Data) {}

  async next(): Promise<bigint> {
    const [row] = await this.data.sql<{ epoch: bigint }>`insert into dataset_epoch default values returning epoch`;
    if (row === undefined) throw new Error('PostgreSQL gave no epoch.');
    return BigInt(row.epoch);
  }
}
