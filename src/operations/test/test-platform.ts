import { listNames, quote } from '../../config/problem';
import { didYouMean } from '../../config/suggest';
import { Connection, NoAnswer } from '../connection';
import { OperationError } from '../operation-error';
import { runOperation } from '../run-operation';
import type { Session, SessionOptions } from '../session';
import { DemoKeycloak } from '../token/demo-keycloak';
import type { TokenSource } from './credentials';
import { openGateway, type AccessOptions, type GatewayAccess } from './gateway-access';
import { Report } from './report';
import { runChecks, type Selection } from './run-checks';
import { TestRun } from './test-run';

/** What `cdk8s-maas test` is told. */
export interface TestOptions extends SessionOptions, AccessOptions, Selection {
  readonly json?: boolean;
}

/** `cdk8s-maas test`. */
export async function testPlatform(options: TestOptions): Promise<void> {
  await runOperation(
    options,
    async (session) => {
      checkNames('tier', options.tier, session.settings.tiers);
      checkNames('model', options.model, session.settings.models);
      const { json = false, quiet = false } = options;
      const report = new Report(session.terminal, { json, quiet });
      const keycloak = session.settings.keycloak ? new DemoKeycloak(session) : undefined;
      try {
        const access = await openGateway(session, options);
        try {
          const tokens = keycloak && ((user: string) => keycloak.token(user));
          const tiers = await testThrough(session, access, report, tokens, options);
          return report.finish(tiers);
        } finally {
          await access.close();
        }
      } finally {
        await keycloak?.close();
      }
    },
    COULD_NOT_BE_ASKED,
  );
}

const COULD_NOT_BE_ASKED = 2;

function checkNames(
  kind: string,
  given: readonly string[] | undefined,
  known: readonly { readonly name: string }[],
): void {
  const names = known.map(({ name }) => name);
  for (const name of given ?? []) {
    if (!names.includes(name)) {
      const fix = didYouMean(name, names, '');
      throw new OperationError(
        `got --${kind} ${quote(name)}, expected one of ${listNames(names)}${fix === '' ? '' : `; ${fix}`}`,
      );
    }
  }
}

async function testThrough(
  session: Session,
  access: GatewayAccess,
  report: Report,
  tokens: TokenSource,
  options: TestOptions,
): Promise<number> {
  const connection = new Connection(access.address, session.interruption);
  const run = new TestRun(session, connection, report, access.isOnePod);
  try {
    report.line(`Gateway : ${access.words}`);
    return await runChecks(run, tokens, options);
  } catch (error) {
    if (error instanceof NoAnswer) throw new OperationError(noAnswer(error, access));
    throw error;
  } finally {
    connection.close();
  }
}

function noAnswer({ message }: Error, { words }: GatewayAccess): string {
  return `no answer from ${words}: ${message}\nis the Gateway there? see: cdk8s-maas verify; another way to it: --url <url>`;
}
