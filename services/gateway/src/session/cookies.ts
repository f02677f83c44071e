import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Cookies of the gateway. A browser takes a cookie whose name begins with
 * `__Host-` only from this very host, with Secure, and for all paths, so that
 * no neighbouring host and no plain connection can plant one. Over plain http
 * Chromium takes it from the loopback alone (tried with 156, by name and by
 * address), which is as far as PUBLIC_URL may be without TLS.
 */
export const SESSION_COOKIE = '__Host-rapport';
export const LOGIN_COOKIE = '__Host-rapport-login';

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

export function setCookie(reply: FastifyReply, name: string, value: string, maxAgeSeconds?: number): void {
  const age = maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`;
  reply.header('set-cookie', `${name}=${value}; Path=/; HttpOnly; Secure; SameSite=Lax${age}`);
}

export function clearCookie(reply: FastifyReply, name: string): void {
  setCookie(reply, name, '', 0);
}
