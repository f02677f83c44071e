import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Cookies of the gateway. Behind https their names begin with `__Host-`: a
 * browser takes such a cookie only from this very host, over TLS, for all
 * paths, so that no neighbouring host and no plain connection can plant one.
 * Over plain http, which is for one machine's loopback alone, browsers refuse
 * that prefix, and the names go without it.
 */
const isSecure = (publicUrl: string): boolean => publicUrl.startsWith('https:');

const nameOf = (publicUrl: string, name: string): string => (isSecure(publicUrl) ? `__Host-${name}` : name);

export const sessionCookieName = (publicUrl: string): string => nameOf(publicUrl, 'rapport');
export const loginCookieName = (publicUrl: string): string => nameOf(publicUrl, 'rapport-login');

const VALUE = /^[A-Za-z0-9_-]{1,4000}$/;

/** The value of a cookie as the gateway writes them; undefined for anything else, two of one name included. */
export function readCookie(request: FastifyRequest, name: string): string | undefined {
  const values = (request.headers.cookie ?? '').split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    return pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : [];
  });
  const [value] = values;
  return values.length === 1 && value !== undefined && VALUE.test(value) ? value : undefined;
}

export function setCookie(
  reply: FastifyReply,
  name: string,
  value: string,
  publicUrl: string,
  maxAgeSeconds?: number,
): void {
  const secure = isSecure(publicUrl) ? '; Secure' : '';
  const age = maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`;
  reply.header('set-cookie', `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${secure}${age}`);
}

export function clearCookie(reply: FastifyReply, name: string, publicUrl: string): void {
  setCookie(reply, name, '', publicUrl, 0);
}
