import { isMap } from '../is-map';
import type { ModelArchitecture } from './model-architecture';
import { SCALED_BITS, type Quantization } from './quantization';

/** How weights are quantized, with the bits that each takes. */
type QuantizedWeights = Pick<ModelArchitecture, 'quantization' | 'weightBits'>;

/**
 * Reads the `quantization_config` of a model's `config.json`.
 * @returns what is not known of it, where it cannot be used
 */
export function readQuantization(configuration: unknown): QuantizedWeights | string {
  if (!isMap(configuration)) {
    return {};
  }
  const { producer, quant_method: written } = configuration;
  // ModelOpt had a file of its own, whose content some models have there.
  const method = isMap(producer) && producer.name === 'modelopt' ? 'modelopt' : written;
  const found = typeof method === 'string' ? byMethod(method.toLowerCase(), configuration) : undefined;
  return found ?? `the quantization ${JSON.stringify(method ?? null)}, whose bits are not known`;
}

function byMethod(method: string, configuration: Readonly<Record<string, unknown>>): QuantizedWeights | undefined {
  const { bits, w_bit: awqBits, load_in_8bit: in8Bit } = configuration;
  switch (method) {
    case 'fp8':
    case 'fbgemm_fp8':
      return { quantization: method, weightBits: 8 };
    case 'mxfp4':
      return { quantization: method, weightBits: SCALED_BITS };
    case 'awq':
      return ofBits('awq', bits ?? awqBits ?? 4);
    case 'gptq':
      return ofBits('gptq', bits ?? 4);
    case 'bitsandbytes':
      return ofBits('bitsandbytes', in8Bit === true ? 8 : 4);
    case 'compressed-tensors':
    case 'compressed_tensors':
      return ofCompressedTensors(configuration);
    case 'modelopt':
    case 'modelopt_fp4':
      return ofModelOpt(configuration);
    default:
      return undefined;
  }
}

/** NVFP4 has a scale of eight bits for every 16 weights. */
const NVFP4 = 4.5;

function ofBits(quantization: Quantization, bits: unknown): QuantizedWeights | undefined {
  if (bits === 8) {
    return { quantization, weightBits: 8 };
  }
  return bits === 4 ? { quantization, weightBits: SCALED_BITS } : undefined;
}

function ofCompressedTensors(configuration: Readonly<Record<string, unknown>>): QuantizedWeights | undefined {
  const { config_groups: groups, format } = configuration;
  const group = isMap(groups) ? Object.values(groups).find(isMap)?.weights : undefined;
  const found = ofBits('compressed-tensors', isMap(group) ? group.num_bits : undefined);
  return format === 'nvfp4-pack-quantized' && found !== undefined ? { ...found, weightBits: NVFP4 } : found;
}

function ofModelOpt(configuration: Readonly<Record<string, unknown>>): QuantizedWeights | undefined {
  const { quantization: nested } = configuration;
  const algorithm = (isMap(nested) ? nested : configuration).quant_algo;
  const name = typeof algorithm === 'string' ? algorithm.toUpperCase() : '';
  if (name === 'NVFP4') {
    return { quantization: 'modelopt_fp4', weightBits: NVFP4 };
  }
  return /^FP8(_|$)/.test(name) ? { quantization: 'modelopt', weightBits: 8 } : undefined;
}
