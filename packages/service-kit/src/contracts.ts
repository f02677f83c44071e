/**
 * # contracts: what the .proto files declare, at run time
 *
 * One descriptor image holds every message, rpc, option and comment. It is read
 * once a process, and everything that follows from the contract looks here: the
 * rule of an rpc, the access group of a field, the row kind of a resource, the
 * HTTP face, the validation.
 *
 * What this sub-path promises
 * - `contracts.method(path)`, `.resource(name)`, `.message(fullName)` throw for
 *   a name that is not declared: it is a defect of the code that asks.
 * - What is returned is made once and may be compared by identity and used as
 *   a key.
 * - Names are as in the .proto file; `importOnly` and its like are read from
 *   the options here and nowhere else.
 */
export { contracts, Contracts, type MethodContract, type ResourceContract } from './contracts/contracts.js';
export { imagePath, readImage } from './contracts/image.js';
export type { Callers, FieldContract, HttpContract, RowKind, RuleContract } from './contracts/options.js';
