import { ACCELERATOR_RULES } from './accelerators';
import { ADAPTER_RULES } from './adapters';
import { CANARY_RULES } from './canary';
import { CONFORMANCE_RULES } from './conformance';
import { EXTERNAL_RULES } from './external';
import { FALLBACK_RULES } from './fallback';
import { INFRASTRUCTURE_RULES } from './infrastructure';
import { IDENTITY_RULES } from './identity';
import { KEY_RULES } from './keys';
import { LIFETIME_RULES } from './lifetime';
import { LIMIT_ENGINE_RULES } from './limit-engines';
import { LIMIT_RULES } from './limits';
import { MODEL_ARGUMENT_RULES } from './model-arguments';
import { MODEL_CACHE_RULES, SHARED_CACHE_RULES } from './model-cache';
import { MODEL_MEMORY_RULES } from './model-memory';
import { MODEL_SIZE_RULES } from './model-size';
import { MODEL_SOURCE_RULES } from './model-sources';
import { MODEL_START_RULES } from './model-start';
import { MODEL_RULES } from './models';
import { MONITOR_LABEL_RULES } from './monitor-labels';
import { NO_EFFECT_RULES } from './no-effect';
import { OBJECT_RULES } from './objects';
import { PLATFORM_HOST_RULES } from './platform-host';
import { PRIORITY_CLASS_RULES } from './priority-classes';
import { QUOTA_RULES } from './quota';
import { REFERENCE_RULES } from './references';
import { ROUTING_RULES } from './routing';
import type { Rule } from './rule';
import { SCALING_RULES } from './scaling';
import { UNIQUE_RULES } from './unique';
import { USER_WORKLOAD_MONITORING_RULES } from './user-workload-monitoring';
import { VERSION_RULES } from './versions';

/** Every cross-check. */
export const RULES: readonly Rule[] = [
  ...UNIQUE_RULES,
  ...REFERENCE_RULES,
  ...LIMIT_RULES,
  ...LIMIT_ENGINE_RULES,
  ...VERSION_RULES,
  ...IDENTITY_RULES,
  ...KEY_RULES,
  ...MODEL_RULES,
  ...PLATFORM_HOST_RULES,
  ...ROUTING_RULES,
  ...MODEL_SOURCE_RULES,
  ...MODEL_CACHE_RULES,
  ...SHARED_CACHE_RULES,
  ...MODEL_SIZE_RULES,
  ...LIFETIME_RULES,
  ...SCALING_RULES,
  ...MODEL_ARGUMENT_RULES,
  ...ADAPTER_RULES,
  ...ACCELERATOR_RULES,
  ...MODEL_START_RULES,
  ...MODEL_MEMORY_RULES,
  ...CANARY_RULES,
  ...EXTERNAL_RULES,
  ...FALLBACK_RULES,
  ...PRIORITY_CLASS_RULES,
  ...QUOTA_RULES,
  ...INFRASTRUCTURE_RULES,
  ...OBJECT_RULES,
  ...CONFORMANCE_RULES,
  ...MONITOR_LABEL_RULES,
  ...USER_WORKLOAD_MONITORING_RULES,
  ...NO_EFFECT_RULES,
];
