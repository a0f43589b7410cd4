import { Construct } from 'constructs';
import { addAdmissionPolicy } from '../admission-policy';
import { celString } from '../cel';
import { apiKeySelector, PLATFORM_LABEL } from './api-key-secret';

/** Props of `ApiKeyProtection`. */
export interface ApiKeyProtectionProps {
  /** Name of the ValidatingAdmissionPolicy and its binding (cluster-scoped). */
  readonly name: string;

  /** Namespace of the platform, the only one that may hold its API keys. */
  readonly namespace: string;
}

/**
 * Refuses API keys of the platform in any other namespace (admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy).
 *
 * Authorino finds a key by its value alone, and of two Secrets with one value it knows the last: without this, whoever knows
 * a key could lock its owner out by a copy of it in a namespace of their own.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export class ApiKeyProtection extends Construct {
  constructor(scope: Construct, id: string, props: ApiKeyProtectionProps) {
    super(scope, id);
    const { name, namespace } = props;
    addAdmissionPolicy(this, {
      name,
      matchConstraints: {
        namespaceSelector: {
          matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: [namespace] }],
        },
        objectSelector: { matchLabels: apiKeySelector(namespace) },
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['secrets'] },
        ],
      },
      validations: [
        {
          // The selector also takes a change that takes the label away.
          expression: `object.metadata.?labels[?${celString(PLATFORM_LABEL)}].orValue("") != ${celString(namespace)}`,
          message:
            `an API key of the platform in namespace ${namespace} belongs there: a copy elsewhere would lock its owner ` +
            `out; put it there, or take away the label ${PLATFORM_LABEL}`,
          reason: 'Forbidden',
        },
      ],
    });
  }
}
