import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one request. The body of the request has been read. */
export type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void | Promise<void>;

/** An answer of 30 tokens in all, as the seed's simulator gives to every request. */
export const THIRTY_TOKENS = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'simulator-model',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello!' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
};

/** Answers with a whole JSON document and its content-length; text is sent as it is. */
export function json(document: unknown, headers: http.OutgoingHttpHeaders = {}, status = 200): Answer {
  const body = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length, ...headers });
    response.end(body);
  };
}

/** Answers with an event stream, one event at a time with a pause between; `[DONE]` is added. */
export function events(documents: readonly unknown[], pauseMilliseconds = 0): Answer {
  return async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const document of documents) {
      response.write(`data: ${JSON.stringify(document)}\n\n`);
      await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
    }
    response.end('data: [DONE]\n\n');
  };
}

/** An event with generated text, as a chat model streams it. */
export function textEvent(content: string): object {
  return { object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }], usage: null };
}

/** A model server under the test's control. */
export class ModelServer {
  /** What the next requests are answered with; a test sets it. */
  answer: Answer = json(THIRTY_TOKENS);
  /** Headers of every request that has arrived. */
  readonly seen: http.IncomingHttpHeaders[] = [];

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<ModelServer> {
    const server = http.createServer();
    const model = new ModelServer(server);
    server.on('request', (request, response) => {
      model.seen.push(request.headers);
      request.resume();
      request.on('end', () => void model.answer(request, response));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return model;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
