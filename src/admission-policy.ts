import type { ValidatingAdmissionPolicySpec } from 'cdk8s-plus-30/lib/imports/k8s';
import type { Construct } from 'constructs';
import { addCoreObject } from './core-object';
import { objectMetadata, type ObjectMetadataOptions } from './labels';

/** What `addAdmissionPolicy` takes beside the spec of the ValidatingAdmissionPolicy. */
export interface AdmissionPolicyOptions extends Omit<ValidatingAdmissionPolicySpec, 'failurePolicy'> {
  /** Name of the policy and its binding. */
  readonly name: string;
  /** Metadata of both. */
  readonly metadata?: ObjectMetadataOptions;
  /** Finalizers of both. */
  readonly finalizers?: string[];
}

/**
 * Adds a ValidatingAdmissionPolicy (admissionregistration.k8s.io/v1) and the binding that puts it into force everywhere. What
 * cannot be judged is refused.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function addAdmissionPolicy(scope: Construct, options: AdmissionPolicyOptions): void {
  const { name, finalizers, metadata: more, ...spec } = options;
  const metadata = { ...objectMetadata(name, more), finalizers };
  addCoreObject(scope, 'Resource', 'ValidatingAdmissionPolicy', {
    metadata,
    spec: { failurePolicy: 'Fail', ...spec },
  });
  addCoreObject(scope, 'Binding', 'ValidatingAdmissionPolicyBinding', {
    metadata,
    spec: { policyName: name, validationActions: ['Deny'] },
  });
}
