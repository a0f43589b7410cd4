import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TierConfiguration } from '../../../src/config/configuration';

/** What the gateway of a test does that it should not, or does otherwise. */
export interface Faults {
  /** Whoever has no key, or a wrong one, is let in. */
  readonly letsAnybodyIn?: boolean;
  /** Identity headers of a client count where there is no key. */
  readonly believesHeaders?: boolean;
  /** Identity headers of a client count beside a key. */
  readonly believesHeadersBesideKey?: boolean;
  readonly refusesInPlainText?: boolean;
  readonly tellsReason?: boolean;
  readonly status?: number;
  /** Seconds that models sleep after the first request to one. */
  readonly sleepsFor?: number;
  readonly withoutUsage?: boolean;
  readonly withoutLimit?: boolean;
  readonly withoutHeaders?: boolean;
  /** Changes the limit headers of an answer. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly streamWithoutUsage?: boolean;
  readonly streamBreaksOff?: boolean;
  readonly streamsAreFree?: boolean;
  readonly streamIsJson?: boolean;
  readonly tiersUseAllModels?: boolean;
  readonly listsAllModels?: boolean;
  readonly withoutRetryAfter?: boolean;
  /** Requests and tokens that somebody else has used before, as each user. */
  readonly requestsBefore?: number;
  readonly tokensBefore?: number;
  /** Seconds after which a refusal says to come again. @default the rest of the minute */
  readonly retryAfter?: number;
  /** Seconds that each answer takes. */
  readonly secondsAnAnswer?: number;
  /** Requests that pass in a window. */
  readonly requestLimit?: number;
  /** Each model has a budget of its own. */
  readonly budgetAModel?: boolean;
  /** Whether tokens are counted without a word, as Kuadrant does. */
  readonly byPolicy?: boolean;
}

/** Tokens of a prompt. */
const PROMPT = 4;

interface Caller {
  readonly user: string;
  readonly tier: TierConfiguration;
}

interface Sent {
  readonly model: string;
  readonly stream?: boolean;
  readonly max_tokens?: number;
  readonly input?: string;
}

/** A gateway in small: one user a tier, whose key is `<tier>_key`, minutes of a clock that stands still, and faults. */
export class FakeGateway {
  private readonly used = new Map<string, number>();
  private readonly requests = new Map<string, { count: number; readonly until: number }>();
  /** Time, which stands still but for what is waited. A minute has begun. */
  readonly clock = {
    time: Date.UTC(2030, 0, 1, 0, 0, 5),
    now(): number {
      return this.time;
    },
    pause(milliseconds: number): Promise<void> {
      this.time += milliseconds;
      return Promise.resolve();
    },
  };
  private awakeAt: number | undefined;
  /** All that was asked. */
  readonly seen: http.IncomingMessage[] = [];

  private constructor(
    private readonly server: http.Server,
    private readonly tiers: readonly TierConfiguration[],
    /** Served names by host, or by host and first segment of the path. */
    private readonly models: Readonly<Record<string, string>>,
    private readonly faults: Faults,
  ) {
    server.on('request', (request, response) => {
      this.seen.push(request);
      let body = '';
      request.setEncoding('utf8').on('data', (piece: string) => (body += piece));
      request.on('end', () => {
        response.setHeader('date', new Date(this.clock.now()).toUTCString());
        this.clock.time += (this.faults.secondsAnAnswer ?? 0) * 1000;
        this.answer(request, body === '' ? undefined : (JSON.parse(body) as Sent), response);
      });
    });
  }

  static async start(
    tiers: readonly TierConfiguration[],
    models: Readonly<Record<string, string>>,
    faults: Faults = {},
  ): Promise<FakeGateway> {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeGateway(server, tiers, models, faults);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: http.IncomingMessage, sent: Sent | undefined, response: http.ServerResponse): void {
    const caller = this.callerOf(request.headers);
    if (caller === undefined) return this.refuse(response, 401, 'invalid_api_key');
    const host = request.headers.host ?? '';
    const address = host in this.models ? host : host + request.url!.replace(/(?<=^\/[^/]*)\/.*/, '');
    if (request.url === '/v1/models') return this.list(caller, response);
    if (!this.mayUse(caller.tier, address)) return this.refuse(response, 403, 'access_denied');
    if (this.faults.status !== undefined) return this.refuse(response, this.faults.status, 'service_unavailable');
    if (this.sleeps()) return this.refuse(response, 503, 'service_unavailable', { 'retry-after': '30' });
    if (this.isOverRequests(caller, host)) return this.refuse(response, 429, 'rate_limit_exceeded');
    const limit = caller.tier.tokens?.minute ?? Infinity;
    const used = this.used.get(this.counterOf(caller, address)) ?? this.faults.tokensBefore ?? 0;
    if (used >= limit && caller.tier.enforce !== false && !this.faults.withoutLimit) {
      const headers = {
        ...this.limitHeaders(limit, used, 0),
        ...(!this.faults.withoutRetryAfter && { 'retry-after': String(this.faults.retryAfter ?? this.secondsLeft()) }),
      };
      return this.refuse(response, 429, 'rate_limit_exceeded', headers);
    }
    this.generate(caller, address, sent!, response);
  }

  private sleeps(): boolean {
    if (this.faults.sleepsFor === undefined) return false;
    this.awakeAt ??= this.clock.now() + this.faults.sleepsFor * 1000;
    return this.clock.now() < this.awakeAt;
  }

  private callerOf({ authorization, ...headers }: http.IncomingHttpHeaders): Caller | undefined {
    const named = this.tiers.find(({ name }) => name === headers['x-maas-tier']);
    const keyed = this.tiers.find(({ name }) => authorization === `APIKEY ${name}_key`);
    if (keyed !== undefined) {
      return this.faults.believesHeadersBesideKey && named !== undefined
        ? { user: String(headers['x-maas-user']), tier: keyed }
        : { user: `${keyed.name}user`, tier: keyed };
    }
    const anybody = this.faults.letsAnybodyIn && named === undefined ? this.tiers[0] : undefined;
    const tier = (this.faults.believesHeaders ? named : undefined) ?? anybody;
    return tier && { user: 'anybody', tier };
  }

  private mayUse(tier: TierConfiguration, address: string): boolean {
    const model = address.split('/')[1] ?? address.split('.')[0]!;
    return this.faults.tiersUseAllModels === true || (tier.models?.includes(model) ?? true);
  }

  private list({ tier }: Caller, response: http.ServerResponse): void {
    const own = Object.keys(this.models).filter((each) => this.faults.listsAllModels || this.mayUse(tier, each));
    const data = own.map((each) => ({ id: this.models[each] }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ object: 'list', data }));
  }

  private isOverRequests({ user, tier }: Caller, host: string): boolean {
    if (tier.requests === undefined) return false;
    const seconds = Number.parseInt(tier.requests.window) * 60;
    const { requestsBefore = 0 } = this.faults;
    const known = this.requests.get(user + host) ?? { count: requestsBefore, until: this.clock.now() + seconds * 1000 };
    const window =
      known !== undefined && known.until > this.clock.now()
        ? known
        : { count: 0, until: this.clock.now() + seconds * 1000 };
    this.requests.set(user + host, window);
    window.count++;
    return window.count > (this.faults.requestLimit ?? tier.requests.limit);
  }

  private generate(caller: Caller, address: string, sent: Sent, response: http.ServerResponse): void {
    const { tier } = caller;
    const counter = this.counterOf(caller, address);
    const completion = sent.input === undefined ? sent.max_tokens! : 0;
    const prompt = sent.input === undefined ? PROMPT : sent.input.split(' ').length;
    const cost = prompt + completion;
    const limit = tier.tokens?.minute ?? Infinity;
    const used =
      (this.used.get(counter) ?? this.faults.tokensBefore ?? 0) +
      (sent.stream && this.faults.streamsAreFree ? 0 : cost);
    this.used.set(counter, used);
    const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: cost };
    const consumed = sent.stream ? undefined : cost;
    for (const [name, value] of Object.entries(this.limitHeaders(limit, used, consumed))) {
      if (value !== undefined) response.setHeader(name, value);
    }
    const isStream = sent.stream && !this.faults.streamIsJson;
    response.setHeader('content-type', isStream ? 'text/event-stream' : 'application/json');
    if (!isStream) return void response.end(JSON.stringify(this.faults.withoutUsage ? {} : { usage }));
    const last = this.faults.streamWithoutUsage ? {} : { choices: [], usage };
    const done = this.faults.streamBreaksOff ? '' : 'data: [DONE]\n\n';
    response.end(`data: {"choices":[{}]}\n\ndata: ${JSON.stringify(last)}\n\n${done}`);
  }

  /** A user's tokens of a minute. */
  private counterOf({ user }: Caller, address: string): string {
    return `${user} ${this.faults.budgetAModel ? address : ''} ${Math.floor(this.clock.now() / 60_000)}`;
  }

  private secondsLeft(): string {
    return String(60 - (Math.floor(this.clock.now() / 1000) % 60));
  }

  private limitHeaders(limit: number, used: number, consumed: number | undefined): Record<string, string | undefined> {
    if (limit === Infinity || this.faults.byPolicy || this.faults.withoutHeaders) return {};
    return {
      'x-ratelimit-limit-tokens': String(limit),
      'x-ratelimit-remaining-tokens': String(Math.max(0, limit - used)),
      'x-ratelimit-reset-tokens': this.secondsLeft(),
      'x-ratelimit-consumed-tokens': consumed === undefined ? undefined : String(consumed),
      ...this.faults.headers,
    };
  }

  private refuse(
    response: http.ServerResponse,
    status: number,
    code: string,
    headers: Record<string, string | undefined> = {},
  ): void {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
    if (this.faults.tellsReason) response.setHeader('x-ext-auth-reason', 'credential not found');
    response.writeHead(status, { 'content-type': this.faults.refusesInPlainText ? 'text/plain' : 'application/json' });
    response.end(
      this.faults.refusesInPlainText
        ? 'no'
        : JSON.stringify({ error: { message: 'Refused.', type: 'invalid_request_error', code, param: null } }),
    );
  }
}
