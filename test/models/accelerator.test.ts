import { Accelerator } from '../../src/models/accelerator';

describe('Accelerator.nvidia', () => {
  test('is any GPU', () => {
    expect(Accelerator.nvidia()).toMatchObject({
      name: 'nvidia',
      resourceName: 'nvidia.com/gpu',
      nodeSelector: { 'nvidia.com/gpu.present': 'true' },
      tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
    });
  });

  test('is one product, by the label of GPU feature discovery', () => {
    expect(Accelerator.nvidia('a100-80gb')).toMatchObject({
      name: 'nvidia-a100-80gb',
      nodeSelector: { 'nvidia.com/gpu.present': 'true', 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB' },
    });
  });

  test.each(['', 'L4', 'l5', 'toString', '__proto__'])('fails with the product %j', (product) => {
    expect(() => Accelerator.nvidia(product)).toThrow(
      new Error(
        `unknown NVIDIA product: got "${product}", expected one of t4, l4, a10g, l40s, a100-40gb, a100-80gb, h100`,
      ),
    );
  });
});

describe('Accelerator.fromName', () => {
  test('knows every name that it lists, each with nodes of its own', () => {
    const accelerators = Accelerator.names.map((name) => Accelerator.fromName(name));
    expect(accelerators.map(({ name }) => name)).toEqual(Accelerator.names);
    expect(new Set(accelerators.map(({ nodeSelector }) => JSON.stringify(nodeSelector))).size).toBe(8);
  });

  test.each(['amd', 'nvidia-', 'nvidia-toString', 'l4'])('fails with %j', (name) => {
    expect(() => Accelerator.fromName(name)).toThrow(
      new Error(`unknown accelerator: got "${name}", expected one of ${Accelerator.names.join(', ')}`),
    );
  });
});
