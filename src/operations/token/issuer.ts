import { isMap } from '../../is-map';
import { Connection, NoAnswer, type Address, type Answer } from '../connection';
import { OperationError } from '../operation-error';

/** What an endpoint of an issuer says: a JSON object. */
export interface IssuerAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An OpenID Connect issuer, asked under its own name wherever it is reached. */
export class Issuer {
  private readonly connection: Connection;

  /**
   * @param url of the issuer, as tokens have it in `iss`
   * @param address where it is reached @default - at its URL
   * @param hint what to try where it does not answer, a sentence
   */
  constructor(
    readonly url: string,
    address: Address,
    interruption: AbortSignal,
    private readonly hint = '',
  ) {
    this.connection = new Connection({ ...address, url: address.url ?? new URL(url).origin }, interruption);
  }

  close(): void {
    this.connection.close();
  }

  /**
   * The path of an endpoint that the issuer's discovery document names.
   * @throws OperationError when there is none
   */
  async endpoint(name: 'token_endpoint' | 'device_authorization_endpoint'): Promise<string> {
    const path = `${new URL(this.url).pathname.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { status, body } = await this.send(() => this.connection.ask({ host: this.host, path, method: 'GET' }));
    if (status !== 200 || typeof body.token_endpoint !== 'string') {
      throw new OperationError(`${this.url} is no OpenID Connect issuer: ${path} gives ${status}${this.advice}`);
    }
    const { [name]: endpoint } = body;
    if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) {
      throw new OperationError(
        `${this.url} offers no ${name}: its administrator has to allow the device authorization grant (RFC 8628)`,
      );
    }
    const { pathname, search } = new URL(endpoint);
    return pathname + search;
  }

  /** Posts a form. */
  post(path: string, form: Readonly<Record<string, string>>): Promise<IssuerAnswer> {
    return this.send(() => this.connection.ask({ host: this.host, path, form }));
  }

  private get host(): string {
    return new URL(this.url).host;
  }

  private get advice(): string {
    return this.hint === '' ? '' : `\n${this.hint}`;
  }

  private async send(ask: () => Promise<Answer>): Promise<IssuerAnswer> {
    try {
      const { status, body } = await ask();
      return { status, body: mapOf(body) };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      throw new OperationError(`the issuer ${this.url} does not answer: ${error.message}${this.advice}`);
    }
  }
}

/** The error that an issuer tells, in words. */
export function issuerError({ status, body }: IssuerAnswer): string {
  const words = [body.error, body.error_description].filter((word) => typeof word === 'string');
  return words.length === 0 ? `status ${status}` : words.join(': ');
}

function mapOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const document: unknown = JSON.parse(text);
    return isMap(document) ? document : {};
  } catch {
    return {};
  }
}
