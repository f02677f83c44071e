// Checks the contracts against the rules that buf does not know.
//   node scripts/check-contracts.ts [image]
import { join } from 'node:path';
import { ContractImage } from './contract-image.ts';
import { contractViolations } from './contract-rules.ts';

const root = join(import.meta.dirname, '..');
const image = ContractImage.read(process.argv[2] ?? join(root, 'packages/contracts/image.binpb'));
const violations = contractViolations(image);
for (const { rule, where, message } of violations) console.error(`${where}  ${rule}  ${message}`);
console.log(`contracts: ${[...image.methods()].length} rpcs, ${violations.length} violations`);
process.exitCode = violations.length === 0 ? 0 : 1;
