/**
 * # access: who calls, and what he may see and do
 *
 * Keycloak is the only place where rights are administered. A caller's token
 * is exchanged there for one that lists his permissions (`authenticator.ts`);
 * the permissions become `Grants`, and these become a mask for each message
 * type, compiled once for each distinct set of rights (`mask.ts`).
 *
 * What this sub-path promises
 * - Only tokens signed by the realm, meant for `gateway`, of a client on the
 *   closed list and of a complete identity are accepted. Everything else is
 *   UNAUTHENTICATED.
 * - A right that was taken away in Keycloak ends within 30 seconds where the
 *   plain token is shown, and 300 seconds after issue where an exchanged token
 *   was kept.
 * - Keycloak unreachable: what it said last serves to its maximum age, then
 *   UNAVAILABLE. Never allow, never an empty list.
 * - A field that may not be read does not exist: pruned from answers, and
 *   naming it in a request is told in the same words as naming a field that
 *   was never declared (`unknownField`).
 * - A field that may be read but not written is PERMISSION_DENIED naming it.
 * - What is not granted is denied; `deny:<scope>` takes a granted one away.
 *
 * Which rows a caller reaches is the data sub-path's: it reads
 * `grants.widest(resource, action)`.
 */
export { type Authenticated, Authenticator } from './access/authenticator.js';
export { type CallContext, type Principal, type RequiredRight, ROW_SCOPES, type RowScope } from './access/context.js';
export { Grants, type Permission } from './access/grants.js';
export { Masks } from './access/mask.js';
export type { FieldMask, MessageMask } from './access/message-mask.js';
export { checkRule, requireRight } from './access/rights.js';
export { ServiceClient, type ServiceClientSettings } from './access/service-client.js';
export { type AccessSettings, RESOURCE_SERVER } from './access/token.js';
export { unknownField } from './access/unknown-members.js';
