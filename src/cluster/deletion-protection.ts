import { Construct } from 'constructs';
import { addAdmissionPolicy } from '../admission-policy';
import { DELETION_PROTECTION_LABEL } from '../labels';

/** Keeps a policy that is being deleted in force: an admin takes it away on purpose. */
const FINALIZER = DELETION_PROTECTION_LABEL;

const PRIORITY_CLASSES = {
  apiGroups: ['scheduling.k8s.io'],
  apiVersions: ['v1'],
  operations: ['DELETE'],
  resources: ['priorityclasses'],
};

/** Props of `DeletionProtection`. */
export interface DeletionProtectionProps {
  /** Name of the ValidatingAdmissionPolicy and its binding (cluster-scoped). */
  readonly name: string;

  /**
   * Whether it is about PriorityClasses, too.
   * @default false
   */
  readonly priorityClasses?: boolean;
}

/**
 * Refuses to delete what the platform shares with others: its namespaces, KServe's configuration, the Kuadrant instance,
 * PriorityClasses and what it changes in Kuadrant's operator
 * (admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy).
 *
 * `kubectl delete -f dist/` knows no "keep"; this is how it is told. The policy is in the last file, so it is still in
 * force when the files before it are deleted. A finalizer keeps it in force after that: without it a second
 * `kubectl delete -f dist/`, half a second later, would take everything.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export class DeletionProtection extends Construct {
  constructor(scope: Construct, id: string, props: DeletionProtectionProps) {
    super(scope, id);
    addAdmissionPolicy(this, {
      name: props.name,
      metadata: { keep: true },
      finalizers: [FINALIZER],
      matchConstraints: {
        objectSelector: { matchLabels: { [DELETION_PROTECTION_LABEL]: 'true' } },
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['namespaces', 'configmaps'] },
          { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['DELETE'], resources: ['deployments'] },
          { apiGroups: ['kuadrant.io'], apiVersions: ['*'], operations: ['DELETE'], resources: ['kuadrants'] },
          ...(props.priorityClasses === true ? [PRIORITY_CLASSES] : []),
        ],
      },
      validations: [
        {
          expression: 'false',
          message:
            'kept, because others may use it; to delete it all the same, first take away its label ' +
            DELETION_PROTECTION_LABEL,
          reason: 'Forbidden',
        },
      ],
    });
  }
}
