import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const fixtures = process.env.RAPPORT_FIXTURES ?? resolve(import.meta.dirname, '../../../../shared/data');

/** The "CRM sales opportunities" files. They are not part of the project: undefined where they are absent. */
export const pipelineFolder = [join(fixtures, 'crm_sales_opportunities')].find((folder) =>
  existsSync(join(folder, 'sales_pipeline.csv')),
);
