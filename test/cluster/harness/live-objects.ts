import type { Manifest } from './manifests';
import { kubectl } from './suite';

/** @returns all objects of a kind in the namespace of the models. */
export async function listed(kind: string): Promise<Manifest[]> {
  const { stdout } = await kubectl(['get', kind, '--namespace=llm', '--output=json']);
  return (JSON.parse(stdout) as { items: Manifest[] }).items;
}

/** @returns an object in the namespace of the models, which has to be there. */
export async function found(kind: string, name: string): Promise<Manifest> {
  const { stdout } = await kubectl(['get', kind, name, '--namespace=llm', '--output=json']);
  return JSON.parse(stdout) as Manifest;
}
