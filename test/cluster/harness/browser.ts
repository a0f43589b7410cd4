import * as http from 'node:http';

/** A page as the browser has it. */
export interface Page {
  readonly status: number;
  readonly url: URL;
  readonly text: string;
}

/** A browser in small, for forms of one server: cookies, redirects, and fields that somebody fills in. */
export class Browser {
  private readonly cookies = new Map<string, string>();

  /** @param address where the server is, whatever host a URL names */
  constructor(private readonly address: string) {}

  /** Opens a page. */
  open(url: URL | string): Promise<Page> {
    return this.follow('GET', new URL(url));
  }

  /** Sends the first form of a page, with its hidden fields. */
  async submit({ text, url }: Page, fields: Readonly<Record<string, string>>): Promise<Page> {
    const form = /<form[^>]*action="([^"]*)"[^>]*>(.*?)<\/form>/s.exec(text);
    if (form === null) throw new Error(`no form at ${url.href}:\n${text}`);
    const hidden = [...form[2]!.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
      /name="([^"]*)"/.exec(input)?.[1] ?? '',
      /value="([^"]*)"/.exec(input)?.[1] ?? '',
    ]);
    const body = new URLSearchParams({ ...Object.fromEntries(hidden), ...fields }).toString();
    return this.follow('POST', new URL(form[1]!.replaceAll('&amp;', '&'), url), body);
  }

  private async follow(method: string, url: URL, body?: string): Promise<Page> {
    const { location, ...page } = await this.send(method, url, body);
    return location === undefined ? page : this.follow('GET', new URL(location, url));
  }

  private send(method: string, url: URL, body?: string): Promise<Page & { location?: string }> {
    const { hostname, port } = new URL(this.address);
    const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ');
    const type = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const headers = { host: url.host, cookie, ...type };
    const options = { hostname, port, method, path: url.pathname + url.search, headers, agent: false };
    return new Promise((resolve, reject) => {
      const request = http.request(options, (response) => {
        for (const line of response.headers['set-cookie'] ?? []) {
          const [name = '', value = ''] = line.split(';')[0]!.split(/=(.*)/s);
          this.cookies.set(name, value);
        }
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () => {
          const { location } = response.headers;
          resolve({ status: response.statusCode!, url, text, ...(location !== undefined && { location }) });
        });
      });
      request.on('error', reject).end(body);
    });
  }
}
