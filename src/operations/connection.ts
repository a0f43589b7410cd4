import * as http from 'node:http';
import * as https from 'node:https';
import { rootCertificates } from 'node:tls';
import { Interrupted, OperationError } from './operation-error';

/** Seconds in which something of an answer has to come. */
const ANSWER_SECONDS = 120;

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** A request. */
export interface Question {
  /** The host that is meant, whatever is connected to. */
  readonly host: string;
  readonly path: string;
  /** @default POST */
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. @default - none */
  readonly body?: object;
  /** Sent as a form. @default - none */
  readonly form?: Readonly<Record<string, string>>;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** What is connected to. */
export interface Address {
  /** Base URL that is asked whatever the host is. @default - `https://<host>` of each question */
  readonly url?: string;
  /** Certificates, PEM, that are trusted beside the usual ones. */
  readonly trusted?: string;
  /** Whether any certificate is taken. @default false */
  readonly insecure?: boolean;
}

/** There was no answer to a request. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/**
 * Connections, one a host and one request at a time: behind several gateway pods all requests to a host come to one pod, unless
 * something between opens connections of its own.
 */
export class Connection {
  private readonly agent: http.Agent;
  private readonly secure: boolean;
  /** Milliseconds that the server's clock is ahead of this one. */
  private ahead = 0;

  /**
   * @param interruption ends a request under way
   * @param time of this machine, in milliseconds since 1970
   * @throws OperationError when the URL is none
   */
  constructor(
    private readonly address: Address,
    private readonly interruption: AbortSignal,
    private readonly time: () => number = Date.now,
  ) {
    const { url, insecure = false } = address;
    this.secure = url === undefined || new URL(url).protocol === 'https:';
    const options = { keepAlive: true, maxSockets: 1 };
    this.agent = this.secure ? new https.Agent({ ...options, rejectUnauthorized: !insecure }) : new http.Agent(options);
  }

  /** Milliseconds since 1970 on the server's clock, exact to two seconds. */
  now(): number {
    return this.time() + this.ahead;
  }

  /**
   * Asks.
   * @throws NoAnswer
   * @throws OperationError when the certificate is not trusted
   * @throws Interrupted
   */
  async ask(question: Question): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const result = await this.send(question);
      if (!(result instanceof SendFailure)) return this.noted(result);
      // A server closes a connection that has been idle for long, maybe at this moment.
      if (!result.reused || attempt > 1) throw result.error;
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private noted(answer: Answer): Answer {
    const date = Date.parse(answer.headers.date ?? '');
    // Between the two is up to a second that nobody tells.
    if (!Number.isNaN(date) && Math.abs(date - this.time()) > 2000) this.ahead = date - this.time();
    return answer;
  }

  private send({ host, path, method = 'POST', headers = {}, body, form }: Question): Promise<Answer | SendFailure> {
    const base = new URL(this.address.url ?? `https://${host}`);
    const [type, text] =
      form === undefined ? [JSON_TYPE, JSON.stringify(body)] : [FORM_TYPE, `${new URLSearchParams(form)}`];
    const options: https.RequestOptions = {
      host: base.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: base.port === '' ? undefined : base.port,
      path: base.pathname.replace(/\/$/, '') + path,
      method,
      agent: this.agent,
      timeout: ANSWER_SECONDS * 1000,
      ...(this.address.trusted === undefined ? {} : { ca: [...rootCertificates, this.address.trusted] }),
      headers: {
        host,
        ...(text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
        ...headers,
      },
    };
    return new Promise((resolve) => {
      const request = (this.secure ? https : http).request(options, (response) => {
        let answer = '';
        response.setEncoding('utf8').on('data', (piece: string) => (answer += piece));
        response.on('error', fail);
        response.on('end', () => done({ status: response.statusCode ?? 0, headers: response.headers, body: answer }));
      });
      const interrupt = () => request.destroy();
      const done = (result: Answer | SendFailure) => {
        this.interruption.removeEventListener('abort', interrupt);
        resolve(result);
      };
      const fail = (error: NodeJS.ErrnoException) =>
        done(new SendFailure(this.interruption.aborted ? new Interrupted() : told(error, base), request.reusedSocket));
      request.on('timeout', () => request.destroy(new Error(`nothing came for ${ANSWER_SECONDS} s`)));
      request.on('error', fail);
      if (this.interruption.aborted) interrupt();
      else this.interruption.addEventListener('abort', interrupt);
      request.end(text);
    });
  }
}

class SendFailure {
  constructor(
    readonly error: Error,
    readonly reused: boolean,
  ) {}
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|^ERR_TLS/;

function told({ code = '', message }: NodeJS.ErrnoException, base: URL): Error {
  return CERTIFICATE.test(code)
    ? new OperationError(
        `${base.origin}: its certificate is not trusted: ${message}\n` +
          'of a CA of your own: --ca-file <file>; to take any, for a trial only: --insecure',
      )
    : new NoAnswer(message === '' ? code : message);
}
