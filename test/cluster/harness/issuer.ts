import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a token is signed. */
export type Signature =
  'RS256' | 'none' | 'HS256 with the public key' | 'RS256 by somebody else' | 'RS256 of an unknown key';

/** A small OpenID Connect issuer: discovery, one key, and tokens with any claims. */
export class Issuer {
  private readonly keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  private readonly foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {
    server.on('request', (request, response) => {
      const document = request.url === '/keys' ? this.keySet() : this.discovery();
      response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
    });
  }

  static async start(): Promise<Issuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Issuer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  /** @returns a token of this issuer, for the platform and valid for an hour, but for what the claims say otherwise. */
  token(claims: object, signature: Signature = 'RS256'): string {
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: this.url, aud: 'maas', sub: 'alice', iat: now, exp: now + 3600, ...claims };
    const header = {
      alg: signature.split(' ')[0],
      typ: 'JWT',
      kid: signature === 'RS256 of an unknown key' ? 'other' : 'key',
    };
    const text = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${text}.${this.signatureOf(text, signature)}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private signatureOf(text: string, signature: Signature): string {
    const by = (key: KeyObject): string => sign('sha256', Buffer.from(text), key).toString('base64url');
    switch (signature) {
      case 'RS256':
      case 'RS256 of an unknown key':
        return by(this.keys.privateKey);
      case 'RS256 by somebody else':
        return by(this.foreign.privateKey);
      case 'HS256 with the public key': {
        const secret = this.keys.publicKey.export({ type: 'spki', format: 'pem' });
        return createHmac('sha256', secret).update(text).digest('base64url');
      }
      case 'none':
        return '';
    }
  }

  private discovery(): object {
    return {
      issuer: this.url,
      jwks_uri: `${this.url}/keys`,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      id_token_signing_alg_values_supported: ['RS256'],
    };
  }

  private keySet(): object {
    const key = this.keys.publicKey.export({ format: 'jwk' });
    return { keys: [{ ...key, kid: 'key', alg: 'RS256', use: 'sig' }] };
  }
}
