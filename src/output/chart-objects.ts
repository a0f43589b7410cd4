import { ApiObject, type Chart } from 'cdk8s';

/** The objects of a chart, in the order in which they were made. */
export function objectsOf(chart: Chart): ApiObject[] {
  return chart.node.findAll().filter((node) => ApiObject.isApiObject(node));
}

/** An object as messages name it: `Gateway llm/inference-gateway`. */
export function describeObject(object: {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}): string {
  const { kind, name, namespace } = object;
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}
