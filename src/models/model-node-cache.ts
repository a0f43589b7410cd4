import { Construct } from 'constructs';
import { l1 } from '../l1';
import { objectMetadata } from '../labels';

/** Props of `ModelNodeCache`. */
export interface ModelNodeCacheProps {
  /** Name of the LocalModelCache, in the whole cluster. */
  readonly name: string;

  /** Where the weights come from, as the models say it: `hf://`, `s3://`, `gs://` or `https://`. */
  readonly source: string;

  /** What they take on a disk (Kubernetes quantity). */
  readonly size: string;

  /** LocalModelNodeGroups to whose nodes they are loaded. */
  readonly nodeGroups: string[];
}

/**
 * Weights on the disks of nodes, loaded before a pod needs them (serving.kserve.io/v1alpha1 LocalModelCache). A
 * `ServedModel` with the same source and one of the node groups in its `cache` mounts them.
 *
 * KServe's controller of local models loads them. There is one LocalModelCache for a source in a cluster.
 *
 * @throws when there is no node group
 * @see https://kserve.github.io/website/docs/model-serving/generative-inference/modelcache/localmodel
 */
export class ModelNodeCache extends Construct {
  constructor(scope: Construct, id: string, props: ModelNodeCacheProps) {
    super(scope, id);
    if (props.nodeGroups.length === 0) {
      throw new Error('node cache: got no node group, expected the LocalModelNodeGroups that keep the weights');
    }
    new l1.kserve.LocalModelCache(this, 'Resource', {
      // KServe looks for it when an InferenceService comes, so it has to be first; Argo CD sorts by name of the kind.
      metadata: objectMetadata(props.name, { annotations: { 'argocd.argoproj.io/sync-wave': '-1' } }),
      spec: {
        sourceModelUri: props.source,
        modelSize: l1.kserve.LocalModelCacheSpecModelSize.fromString(props.size),
        nodeGroups: props.nodeGroups,
      },
    });
  }
}
