import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { objectMetadata } from '../labels';

/** What becomes of a request that cannot be counted. */
export type LimitFailureMode = 'deny' | 'allow';

/** Props of `OperatorFailureMode`. */
export interface OperatorFailureModeProps {
  /** Namespace of Kuadrant's operator. */
  readonly namespace: string;

  /** What becomes of a request while Limitador is down. */
  readonly mode: LimitFailureMode;
}

/** What Kuadrant's operator reads at its start, for requests and for both halves of a token limit. */
const VARIABLES = [
  'RATELIMIT_SERVICE_FAILURE_MODE',
  'RATELIMIT_CHECK_SERVICE_FAILURE_MODE',
  'RATELIMIT_REPORT_SERVICE_FAILURE_MODE',
];

/**
 * What becomes of requests while Limitador is down: three variables in the environment of Kuadrant's operator (apps/v1
 * Deployment), the one place that there is. It holds for every policy of the cluster.
 *
 * The Deployment comes with the operator's installation; this is a part of it that `kubectl apply` merges into it, and
 * that alone can create nothing. It is marked so that nothing deletes it with the platform. Where OLM installed the
 * operator, the variables belong into `spec.config.env` of its Subscription instead.
 *
 * @see https://github.com/Kuadrant/kuadrant-operator/blob/v1.5.2/internal/wasm/utils.go
 */
export class OperatorFailureMode extends Construct {
  constructor(scope: Construct, id: string, props: OperatorFailureModeProps) {
    super(scope, id);
    const env = VARIABLES.map((name) => ({ name, value: props.mode }));
    new ApiObject(this, 'Resource', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: objectMetadata('kuadrant-operator-controller-manager', { namespace: props.namespace, keep: true }),
      spec: { template: { spec: { containers: [{ name: 'manager', env }] } } },
    });
  }
}
