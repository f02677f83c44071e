/** As much of a browser as a login needs: cookies of each host, redirects followed by hand. */
export class Browser {
  private readonly jars = new Map<string, Map<string, string>>();

  constructor(private readonly base: string) {}

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(path, this.base);
    const jar = this.jars.get(url.host) ?? new Map<string, string>();
    this.jars.set(url.host, jar);
    const headers = new Headers(init.headers);
    if (jar.size > 0) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';');
      const at = pair.indexOf('=');
      const gone = attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute));
      if (gone) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  cookies(url = this.base): ReadonlyMap<string, string> {
    return this.jars.get(new URL(url).host) ?? new Map();
  }

  /** Logs in through Keycloak's own page. Returns where the gateway sent the browser afterwards. */
  async login(username: string, password: string, returnTo = '/docs'): Promise<string> {
    const start = await this.fetch(`/v1/session/login?returnTo=${encodeURIComponent(returnTo)}`);
    const page = await this.fetch(start.headers.get('location') ?? '');
    const action = /action="([^"]+)"/.exec(await page.text())?.[1]?.replaceAll('&amp;', '&');
    if (action === undefined) throw new Error(`Keycloak showed no login page (${page.status}).`);
    const answer = await this.fetch(action, { method: 'POST', body: new URLSearchParams({ username, password }) });
    const callback = answer.headers.get('location');
    if (callback === null) throw new Error(`Keycloak refused the login (${answer.status}).`);
    const back = await this.fetch(callback);
    if (back.status !== 303) throw new Error(`The callback answered ${back.status}: ${await back.text()}`);
    return back.headers.get('location') ?? '';
  }
}
