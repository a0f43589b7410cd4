import { Construct } from 'constructs';
import { addCoreObject } from '../core-object';
import { DELETION_PROTECTION_LABEL, objectMetadata } from '../labels';

/** Props of `DeletionProtection`. */
export interface DeletionProtectionProps {
  /** Name of the ValidatingAdmissionPolicy and its binding (cluster-scoped). */
  readonly name: string;
}

/**
 * Refuses to delete what the platform shares with others: its namespaces and KServe's configuration
 * (admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy).
 *
 * `kubectl delete -f dist/` knows no "keep"; this is how it is told. The policy is in the last file, so it is still in
 * force when the files before it are deleted, and gone afterwards.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export class DeletionProtection extends Construct {
  constructor(scope: Construct, id: string, props: DeletionProtectionProps) {
    super(scope, id);
    addCoreObject(this, 'Resource', 'ValidatingAdmissionPolicy', {
      metadata: objectMetadata(props.name),
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          objectSelector: { matchLabels: { [DELETION_PROTECTION_LABEL]: 'true' } },
          resourceRules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              operations: ['DELETE'],
              resources: ['namespaces', 'configmaps'],
            },
          ],
        },
        validations: [
          {
            expression: 'false',
            message:
              'kept, because others may use it: delete it on its own once the platform is gone, or take away its label ' +
              DELETION_PROTECTION_LABEL,
            reason: 'Forbidden',
          },
        ],
      },
    });
    addCoreObject(this, 'Binding', 'ValidatingAdmissionPolicyBinding', {
      metadata: objectMetadata(props.name),
      spec: { policyName: props.name, validationActions: ['Deny'] },
    });
  }
}
