const START = '/docs';

/**
 * Where a login leads to. Only a path of this very origin is followed: an
 * address elsewhere would make the login page a trustworthy-looking link to
 * anywhere.
 */
export function safeReturnTo(wanted: unknown, publicUrl: string): string {
  // Browsers read "\" as "/" and drop tabs and line ends: "/\t/evil" would be "//evil".
  if (typeof wanted !== 'string' || wanted.length > 2048 || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(wanted))
    return START;
  const url = URL.parse(wanted, publicUrl);
  if (url === null || url.origin !== publicUrl) return START;
  return `${url.pathname}${url.search}${url.hash}`;
}
