import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { synthesizePlatforms } from '../../src/cli/synth';
import { CONFIG_FILE_RULES } from '../../src/config/config-files';
import { FILE_RULES } from '../../src/config/files';
import { ConfigurationError } from '../../src/config/problem';
import { readConfiguration } from '../../src/config/read';
import { RULES } from '../../src/config/rules';
import { SHAPE_RULES } from '../../src/config/shape';
import { MAXIMUM_BYTES } from '../../src/config/source';
import { SOURCE_RULES } from '../../src/config/source-rules';
import { asOrdinaryUser } from './ordinary-user';

/** A configuration that one rule refuses, and everything that is said about it. */
interface Row {
  readonly rule: string;
  /** What maas.yaml holds. */
  readonly yaml?: string | Buffer;
  /** Further files beside it. */
  readonly files?: Readonly<Record<string, string>>;
  /** Makes something else than a file of maas.yaml. */
  readonly prepare?: (file: string) => void;
  /** The whole message, without the last line. */
  readonly message: string;
}

const SIMULATOR = 'models: [{ name: simulator }]';

const ROWS: readonly Row[] = [
  // Files
  {
    rule: 'file-missing',
    message: 'maas.yaml: got no such file, expected a configuration file; name the file with --config',
  },
  {
    rule: 'file-missing',
    yaml: 'extends: bases/base.yaml\n',
    message:
      'maas.yaml:1:10 extends: got "bases/base.yaml", no such file, expected a configuration file; its path is relative to the folder of maas.yaml',
  },
  {
    rule: 'file-directory',
    prepare: (file) => mkdirSync(file),
    message: 'maas.yaml: got a directory, expected a configuration file; name a file in it, for example maas.yaml',
  },
  {
    rule: 'file-directory',
    yaml: 'extends: .\n',
    message:
      'maas.yaml:1:10 extends: got ".", a directory, expected a configuration file; name a file in it, for example maas.yaml',
  },
  {
    rule: 'file-irregular',
    prepare: (file) => execFileSync('mkfifo', [file]),
    message: 'maas.yaml: got a pipe, socket or device, expected a regular file; save the configuration to a file',
  },
  {
    rule: 'file-unreadable',
    prepare: makeUnreadable,
    message:
      'maas.yaml: got no permission, expected a file that can be read; check its permissions and those of its folders',
  },
  {
    rule: 'extends-value',
    yaml: 'domain: maas.local\nextends: [a.yaml, b.yaml]\n',
    message: 'maas.yaml:2:10 extends: got a list of 2 items, expected the path of one file; write `extends: base.yaml`',
  },
  {
    rule: 'extends-value',
    yaml: 'extends:\n',
    message: 'maas.yaml:1:9 extends: got null, expected the path of one file; write `extends: base.yaml`',
  },
  {
    rule: 'extends-cycle',
    yaml: 'extends: maas.yaml\n',
    message:
      'maas.yaml:1:10 extends: got "maas.yaml", expected a file that does not lead back to itself; remove one `extends` of the circle',
  },
  {
    rule: 'extends-cycle',
    yaml: 'extends: base.yaml\n',
    files: { 'base.yaml': 'namespace: llm\nextends: ./maas.yaml\n' },
    message:
      'base.yaml:2:10 extends: got "./maas.yaml", expected a file that does not lead back to itself; remove one `extends` of the circle',
  },
  // The text
  {
    rule: 'file-size',
    yaml: Buffer.alloc(MAXIMUM_BYTES + 1, 'a: 1\n'),
    message:
      'maas.yaml: got 4,194,305 bytes, expected at most 4,194,304 bytes; split the platform into several, each with fewer users',
  },
  {
    rule: 'encoding',
    yaml: Buffer.from('\ufeffplatform: kubernetes\n', 'utf16le'),
    message: 'maas.yaml: got UTF-16, expected UTF-8; save the file as UTF-8',
  },
  {
    rule: 'encoding',
    yaml: Buffer.from('platform: kubernetes\n', 'utf16le'),
    message: 'maas.yaml:1:1: got a zero byte, expected text in UTF-8; save the file as UTF-8',
  },
  {
    rule: 'encoding',
    yaml: Buffer.from([0x61, 0x3a, 0x20, 0x78, 0x0a, 0x00, 0x01]),
    message: 'maas.yaml:2:1: got a zero byte, expected text in UTF-8; save the file as UTF-8',
  },
  {
    rule: 'encoding',
    yaml: Buffer.from('domain: maas.local\nname: m\xfcller\n', 'latin1'),
    message: 'maas.yaml:2:1: got bytes that are not UTF-8, expected UTF-8; save the file as UTF-8',
  },
  {
    rule: 'yaml-syntax',
    yaml: 'tiers:\n\t- name: free\n',
    message: 'maas.yaml:2:1: got a tab, expected spaces as indentation; put spaces in its place',
  },
  {
    rule: 'yaml-syntax',
    yaml: 'tiers: [{ name: free }\nusers: []\n',
    message:
      'maas.yaml:2:1: got a list or map in brackets that does not go on here, expected "," between its items and the closing "]" or "}"; close the bracket, and indent every line inside it',
  },
  {
    rule: 'yaml-syntax',
    yaml: 'domain: "maas.local\nnamespace: llm\n',
    message: 'maas.yaml:1:9: got text without its closing quote, expected a quote at its end; close the quote',
  },
  {
    rule: 'yaml-syntax',
    yaml: 'users:\n  - name: alice\n   tier: free\n',
    message:
      'maas.yaml:3:1: got a line that is neither an item of the list above nor a key of its item, expected each "- " in the column of the first, and each key in the column of the first key; move the line into that column',
  },
  {
    rule: 'yaml-syntax',
    yaml: 'gateway:\n  replicas: 1\n name: gateway\n',
    message:
      'maas.yaml:3:1: got a line in another column than its neighbours, expected the keys of a map, and the items of a list, in one column; move the line into the column of its neighbours',
  },
  {
    rule: 'yaml-syntax',
    yaml: 'domain: maas.local\nplatform\n',
    message:
      'maas.yaml:2:1: got a line that is no key with a value, expected `key: value`; add ": " after the key, or indent the line below its key',
  },
  {
    rule: 'yaml-syntax',
    yaml: 'domain: maas: local\n',
    message:
      'maas.yaml:1:9: got a map or list inside a value, expected one value after ": "; put the value in quotes, or on lines of its own below the key',
  },
  {
    rule: 'yaml-syntax',
    yaml: 'name: @team\n',
    message:
      'maas.yaml:1:7: got text that begins with a character that YAML reserves, expected quotes around such text; put the text in quotes',
  },
  {
    rule: 'yaml-syntax',
    yaml: 'name: "a\\qb"\n',
    message:
      'maas.yaml:1:9: got a "\\" that no known escape follows, expected an escape such as \\n or \\\\; write "\\\\", or use single quotes',
  },
  {
    rule: 'yaml-syntax',
    yaml: 'name: "team"#mine\n',
    message:
      'maas.yaml:1:13: got a "#" right after a value, expected a space before "#"; put a space before the comment, or the value in quotes',
  },
  {
    rule: 'yaml-syntax',
    yaml: "name: 'team' a\n",
    message:
      'maas.yaml:1:14: got something that does not belong here, expected a key with its value, a list item or a comment; put text with special characters in quotes',
  },
  {
    rule: 'yaml-depth',
    yaml: `objects: ${'['.repeat(64)}${']'.repeat(64)}\n`,
    message:
      'maas.yaml:1:73: got a level 65 of nested maps or lists, expected at most 64 levels; look for a bracket or an indentation too many',
  },
  {
    rule: 'yaml-version',
    yaml: '%YAML 1.1\n---\ncreateNamespaces: true\n',
    message: 'maas.yaml:1:1: got %YAML 1.1, expected YAML 1.2; remove the line',
  },
  {
    rule: 'yaml-documents',
    yaml: 'domain: maas.local\n---\nnamespace: llm\n',
    message:
      'maas.yaml:2:1: got a second document, expected one document a file; remove the line `---`, or move what follows into a file of its own',
  },
  {
    rule: 'yaml-empty',
    yaml: '',
    message: 'maas.yaml:1:1: got an empty file, expected a configuration; write at least `platform: kubernetes`',
  },
  {
    rule: 'yaml-empty',
    yaml: '# platform: kubernetes\n',
    message: 'maas.yaml:1:1: got an empty file, expected a configuration; write at least `platform: kubernetes`',
  },
  {
    rule: 'yaml-empty',
    yaml: '---\n',
    message: 'maas.yaml:1:1: got an empty file, expected a configuration; write at least `platform: kubernetes`',
  },
  {
    rule: 'yaml-top-level',
    yaml: '- name: free\n',
    message: 'maas.yaml:1:1: got a list, expected a map; write at least `platform: kubernetes`',
  },
  {
    rule: 'yaml-top-level',
    yaml: 'This is not the file you are looking for.\n',
    message:
      'maas.yaml:1:1: got "This is not the file you are looking for.", expected a map; write at least `platform: kubernetes`',
  },
  {
    rule: 'yaml-duplicate-key',
    yaml: 'domain: maas.local\nnamespace: llm\ndomain: a.test\n',
    message:
      'maas.yaml:3:1 domain: got the key a second time, expected it once (it is also in line 1); merge the two, or remove one',
  },
  {
    rule: 'yaml-key',
    yaml: `${SIMULATOR}\nobjects: [{ apiVersion: v1, kind: A, metadata: { name: a }, 8080: b }]\n`,
    message: 'maas.yaml:2:61 objects[0]: got the key 8080, expected text as key; put it in quotes: "8080"',
  },
  {
    rule: 'yaml-key',
    yaml: '? [a, b]\n: c\n',
    message: 'maas.yaml:1:3: got a list or map as key, expected text as key; write a name before ":"',
  },
  {
    rule: 'yaml-key',
    yaml: 'users: [{ name: a, tier: free, keys: [{ 12345678: null, demo: x }] }]\n',
    message: 'maas.yaml:1:41 users[0].keys[0]: got a number as key, expected text as key; write a name before ":"',
  },
  {
    rule: 'yaml-anchor',
    yaml: 'domain: &domain maas.local\n',
    message:
      'maas.yaml:1:9 domain: got the anchor &domain, expected no anchor; write the value out, or share it between files with `extends`',
  },
  {
    rule: 'yaml-alias',
    yaml: 'domain: *domain\n',
    message:
      'maas.yaml:1:9 domain: got the alias *domain, expected the value itself; write the value out, or share it between files with `extends`',
  },
  {
    rule: 'yaml-merge-key',
    yaml: 'tiers:\n  - name: free\n  - <<: { tokens: { minute: 1 } }\n',
    message:
      'maas.yaml:3:5 tiers[1]["<<"]: got a merge key, expected the keys themselves; write the value out, or share it between files with `extends`',
  },
  {
    rule: 'yaml-tag',
    yaml: 'domain: !env DOMAIN\n',
    message: 'maas.yaml:1:9 domain: got the tag "!env", expected no tag; remove it; text goes in quotes',
  },
  {
    rule: 'yaml-tag',
    yaml: 'tiers: !!set { a, b }\n',
    message:
      'maas.yaml:1:14 tiers: got the tag "tag:yaml.org,2002:set", expected no tag; remove it; text goes in quotes',
  },
  {
    rule: 'yaml-number',
    yaml: 'tiers: [{ name: free, tokens: { day: 12345678901234567890 } }]\n',
    message:
      'maas.yaml:1:38 tiers[0].tokens.day: got the number 12345678901234567890, expected a number up to 9007199254740991; put it in quotes if it is text: "12345678901234567890"',
  },
  {
    rule: 'yaml-number',
    yaml: 'models: [{ name: simulator, weight: .inf }]\n',
    message:
      'maas.yaml:1:37 models[0].weight: got the number .inf, expected a number up to 9007199254740991; put it in quotes if it is text: ".inf"',
  },
  // The shape
  {
    rule: 'unknown-key',
    yaml: 'tiers:\n  - name: free\n    token: { minute: 200 }\n',
    message:
      'maas.yaml:3:5 tiers[0].token: got an unknown key, expected one of name, tokens, requests, models, enforce; did you mean "tokens"?',
  },
  {
    rule: 'unknown-key',
    yaml: 'telemetry: false\n',
    message:
      'maas.yaml:1:1 telemetry: got an unknown key, expected one of name, platform, domain, namespace, createNamespaces, versions, registry, gateway, kuadrant, kserve, tiers, users, models, accelerators, nodeLabels, priorityClasses, quota, identity, networkPolicies, limits, storage, observability, conformance, patches, objects, extends; remove it',
  },
  {
    rule: 'unknown-key',
    yaml: 'extend: base.yaml\n',
    message:
      'maas.yaml:1:1 extend: got an unknown key, expected one of name, platform, domain, namespace, createNamespaces, versions, registry, gateway, kuadrant, kserve, tiers, users, models, accelerators, nodeLabels, priorityClasses, quota, identity, networkPolicies, limits, storage, observability, conformance, patches, objects, extends; did you mean "extends"?',
  },
  {
    rule: 'unknown-key',
    yaml: 'models: [{ name: simulator, "max model/length": 3 }]\n',
    message:
      'maas.yaml:1:29 models[0]["max model/length"]: got an unknown key, expected one of name, host, source, servedName, runtime, accelerator, gpus, resources, replicas, scaling, huggingFaceTokenSecret, serviceAccount, maxModelLength, adapters, adapterRank, cache, arguments, parameters, architecture, configFile, weight, tokenWeights, priorityClass, rollout, startupTimeout, terminationGracePeriod, tokensPerSecond, canary, external, fallback; did you mean "maxModelLength"?',
  },
  {
    rule: 'unknown-key',
    yaml: 'models: [{ name: qwen3, canary: { weight: 10, configFile: a.json } }]\n',
    message:
      'maas.yaml:1:47 models[0].canary.configFile: got an unknown key, expected one of weight, source, accelerator, gpus, resources, replicas, huggingFaceTokenSecret, cache, maxModelLength, adapters, adapterRank, arguments, parameters, architecture; write what the file says: `parameters` and `architecture`',
  },
  {
    rule: 'unknown-key',
    yaml: 'models: [{ name: qwen3, canary: { weight: 10, scaling: { by: queue, target: 1 } } }]\n',
    message:
      'maas.yaml:1:47 models[0].canary.scaling: got an unknown key, expected one of weight, source, accelerator, gpus, resources, replicas, huggingFaceTokenSecret, cache, maxModelLength, adapters, adapterRank, arguments, parameters, architecture; remove it',
  },
  {
    rule: 'unknown-key',
    yaml: '__proto__: { a: 1 }\n',
    message:
      'maas.yaml:1:1 __proto__: got an unknown key, expected one of name, platform, domain, namespace, createNamespaces, versions, registry, gateway, kuadrant, kserve, tiers, users, models, accelerators, nodeLabels, priorityClasses, quota, identity, networkPolicies, limits, storage, observability, conformance, patches, objects, extends; remove it',
  },
  {
    rule: 'missing-key',
    yaml: 'users:\n  - { name: alice, keys: [{ demo: alice_key }] }\n',
    message: 'maas.yaml:2:5 users[0].tier: got nothing, expected text; add `tier: …`',
  },
  {
    rule: 'missing-key',
    yaml: 'tiers:\n  - name: free\n    requests:\n      window: 2m\n',
    message:
      'maas.yaml:3:5 tiers[0].requests.limit: got nothing, expected a whole number from 1 to 1,000,000,000; add `limit: …`',
  },
  {
    rule: 'value-type',
    yaml: 'models: [simulator]\n',
    message: 'maas.yaml:1:10 models[0]: got "simulator", expected a map; write `name: simulator`',
  },
  {
    rule: 'value-type',
    yaml: 'models:\n  name: simulator\n',
    message: 'maas.yaml:2:3 models: got a map, expected a list; begin each item with "- "',
  },
  {
    rule: 'value-type',
    yaml: 'gateway:\n  - name: gateway\n',
    message: 'maas.yaml:2:3 gateway: got a list of 1 item, expected a map; write its keys without "- "',
  },
  {
    rule: 'value-type',
    yaml: 'createNamespaces: yes\n',
    message: 'maas.yaml:1:19 createNamespaces: got "yes", expected true or false; write true, without quotes',
  },
  {
    rule: 'value-type',
    yaml: 'createNamespaces: "off"\n',
    message: 'maas.yaml:1:19 createNamespaces: got "off", expected true or false; write false, without quotes',
  },
  {
    rule: 'value-type',
    yaml: 'gateway: { replicas: two }\n',
    message: 'maas.yaml:1:22 gateway.replicas: got "two", expected a whole number from 1 to 1,000; write a number',
  },
  {
    rule: 'value-type',
    yaml: 'gateway: { replicas: "1" }\n',
    message:
      'maas.yaml:1:22 gateway.replicas: got "1", expected a whole number from 1 to 1,000; write 1, without quotes',
  },
  {
    rule: 'value-type',
    yaml: 'tiers: [{ name: free, tokens: { day: 50_000 } }]\n',
    message:
      'maas.yaml:1:38 tiers[0].tokens.day: got "50_000", expected a whole number from 1 to 34,359,738,368; write 50000, without quotes',
  },
  {
    rule: 'value-type',
    yaml: 'tiers: [{ name: free, tokens: { day: 1.5 } }]\n',
    message: 'maas.yaml:1:38 tiers[0].tokens.day: got 1.5, expected a whole number from 1 to 34,359,738,368; write 2',
  },
  {
    rule: 'value-type',
    yaml: 'versions: { istio: 1.30 }\n',
    message: 'maas.yaml:1:20 versions.istio: got 1.30, expected text; write "1.30.0"',
  },
  {
    rule: 'value-type',
    yaml: 'models: [{ name: simulator, resources: { limits: { cpu: 2 } } }]\n',
    message: 'maas.yaml:1:57 models[0].resources.limits.cpu: got 2, expected text; put it in quotes: "2"',
  },
  {
    rule: 'value-type',
    yaml: 'tiers: [{ name: free, models: simulator }]\n',
    message:
      'maas.yaml:1:31 tiers[0].models: got "simulator", expected a list; write it as a list item: begin with "- "',
  },
  {
    rule: 'value-type',
    yaml: 'tiers:\n',
    message: 'maas.yaml:1:7 tiers: got null, expected a list; write a value after the key, or remove the key',
  },
  {
    rule: 'value-type',
    yaml: 'platform: 1\n',
    message: 'maas.yaml:1:11 platform: got 1, expected one of kubernetes, openshift; write one of them',
  },
  {
    rule: 'value-type',
    yaml: 'users: [{ name: a, tier: free, keys: [{ demo: 12345 }] }]\n',
    message: 'maas.yaml:1:47 users[0].keys[0].demo: got a number, expected text; put it in quotes',
  },
  {
    rule: 'value-type',
    yaml: 'users: [{ name: a, tier: free, keys: [a_secret_key] }]\n',
    message:
      'maas.yaml:1:39 users[0].keys[0]: got a key of 12 characters, expected a map; write keys with values: name, demo, existingSecret, externalSecret, expires, disabled',
  },
  {
    rule: 'value-type',
    yaml: 'users: [{ name: a, tier: free, keys: a_secret_key }]\n',
    message:
      'maas.yaml:1:38 users[0].keys: got a key of 12 characters, expected a list; write it as a list item: begin with "- "',
  },
  {
    rule: 'value-choice',
    yaml: 'platform: kubernets\n',
    message:
      'maas.yaml:1:11 platform: got "kubernets", expected one of kubernetes, openshift; did you mean "kubernetes"?',
  },
  {
    rule: 'value-choice',
    yaml: 'identity: { keycloak: production }\n',
    message: 'maas.yaml:1:23 identity.keycloak: got "production", expected demo; write demo',
  },
  {
    rule: 'value-choice',
    yaml: 'platform: AKS\n',
    message: 'maas.yaml:1:11 platform: got "AKS", expected one of kubernetes, openshift; write one of them',
  },
  {
    rule: 'value-format',
    yaml: 'name: Team A\n',
    message:
      'maas.yaml:1:7 name: got "Team A", expected up to 63 lower-case letters, digits and "-", with a letter or digit at both ends; write "team-a"',
  },
  {
    rule: 'value-format',
    yaml: 'models: [{ name: 7b }]\n',
    message:
      'maas.yaml:1:18 models[0].name: got "7b", expected up to 63 lower-case letters, digits and "-", with a letter at the beginning and no "-" at the end; for example "my-llama"',
  },
  {
    rule: 'value-format',
    yaml: 'domain: https://models.test/\n',
    message:
      'maas.yaml:1:9 domain: got "https://models.test/", expected a DNS name in lower case, without scheme, port and path, no IP address; write "models.test"',
  },
  {
    rule: 'value-format',
    yaml: 'gateway: { className: my_class }\n',
    message:
      'maas.yaml:1:23 gateway.className: got "my_class", expected lower-case letters, digits, "-" and ".", with a letter or digit at both ends; write "my-class"',
  },
  {
    rule: 'value-format',
    yaml: 'versions: { istio: v1.31.4 }\n',
    message:
      'maas.yaml:1:20 versions.istio: got "v1.31.4", expected a version of three numbers without "v"; write "1.31.4"',
  },
  {
    rule: 'value-format',
    yaml: 'tiers: [{ name: free, requests: { limit: 5, window: 2 minutes } }]\n',
    message:
      'maas.yaml:1:53 tiers[0].requests.window: got "2 minutes", expected a duration of hours, minutes and seconds; write "2m"',
  },
  {
    rule: 'value-format',
    yaml: 'storage: { minio: { size: 20 GB } }\n',
    message:
      'maas.yaml:1:27 storage.minio.size: got "20 GB", expected a Kubernetes quantity: a number, then nothing, m, Ki, Mi, Gi or Ti; write "20G"',
  },
  {
    rule: 'value-format',
    yaml: 'models: [{ name: llama, source: meta-llama/Llama-3.1-8B, accelerator: nvidia }]\n',
    message:
      'maas.yaml:1:33 models[0].source: got "meta-llama/Llama-3.1-8B", expected a place that begins with hf://, s3://, pvc://, oci://, gs:// or https://; write "hf://meta-llama/Llama-3.1-8B"',
  },
  {
    rule: 'value-format',
    yaml: 'identity: { apiKeys: { prefixes: ["Bearer "] } }\n',
    message:
      'maas.yaml:1:35 identity.apiKeys.prefixes[0]: got "Bearer ", expected one word of letters, digits, "_" and "-"; write "Bearer"',
  },
  {
    rule: 'value-format',
    yaml: 'identity: { oidc: { issuerUrl: login.example.com } }\n',
    message:
      'maas.yaml:1:32 identity.oidc.issuerUrl: got "login.example.com", expected a URL with http:// or https://, without user, "?", "#" and /.well-known/openid-configuration; write "https://login.example.com"',
  },
  {
    rule: 'value-format',
    yaml: 'registry: https://mirror.example.com/\n',
    message:
      'maas.yaml:1:11 registry: got "https://mirror.example.com/", expected a host with optional port and path, without scheme; write "mirror.example.com"',
  },
  {
    rule: 'value-range',
    yaml: 'gateway: { replicas: 0 }\n',
    message: 'maas.yaml:1:22 gateway.replicas: got 0, expected a whole number from 1 to 1,000; the nearest is 1',
  },
  {
    rule: 'value-range',
    yaml: 'tiers: [{ name: free, tokens: { month: 137438953472 } }]\n',
    message:
      'maas.yaml:1:40 tiers[0].tokens.month: got 137438953472, expected a whole number from 1 to 34,359,738,368; the nearest is 34359738368',
  },
  {
    rule: 'value-range',
    yaml: 'models: [{ name: simulator, weight: 0 }]\n',
    message: 'maas.yaml:1:37 models[0].weight: got 0, expected a number above 0, at most 60; write a number above 0',
  },
  {
    rule: 'value-length',
    yaml: `gateway: { className: ${'a'.repeat(254)} }\n`,
    message:
      'maas.yaml:1:23 gateway.className: got "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…, expected at most 253 characters; shorten it',
  },
  {
    rule: 'value-empty',
    yaml: 'users: [{ name: a, tier: "", keys: [{ demo: a }] }]\n',
    message: 'maas.yaml:1:26 users[0].tier: got "", expected text; give it a value',
  },
  {
    rule: 'value-empty',
    yaml: 'identity: { apiKeys: { prefixes: [] } }\n',
    message:
      'maas.yaml:1:34 identity.apiKeys.prefixes: got an empty list, expected at least one item; add one, or remove the key',
  },
  {
    rule: 'value-format',
    yaml: 'identity: { oidc: { issuerUrl: "https://user:a_secret_key@login.test" } }\n',
    message:
      'maas.yaml:1:32 identity.oidc.issuerUrl: got "https://…@login.test", expected a URL with http:// or https://, without user, "?", "#" and /.well-known/openid-configuration; for example "https://login.example.com/realms/maas"',
  },
  {
    rule: 'value-format',
    yaml: 'identity: { oidc: { issuerUrl: "user:a_secret_key@login.test" } }\n',
    message:
      'maas.yaml:1:32 identity.oidc.issuerUrl: got "…@login.test", expected a URL with http:// or https://, without user, "?", "#" and /.well-known/openid-configuration; for example "https://login.example.com/realms/maas"',
  },
  {
    rule: 'value-format',
    yaml: 'identity: { oidc: { issuerUrl: "https://login.test/realms?a=b" } }\n',
    message:
      'maas.yaml:1:32 identity.oidc.issuerUrl: got "https://login.test/realms?a=b", expected a URL with http:// or https://, without user, "?", "#" and /.well-known/openid-configuration; for example "https://login.example.com/realms/maas"',
  },
  {
    rule: 'value-format',
    yaml: 'identity: { oidc: { issuerUrl: "https://login.test/.well-known/openid-configuration" } }\n',
    message:
      'maas.yaml:1:32 identity.oidc.issuerUrl: got "https://login.test/.well-known/openid-configuration", expected a URL with http:// or https://, without user, "?", "#" and /.well-known/openid-configuration; write "https://login.test"',
  },
  {
    rule: 'value-format',
    yaml: 'tiers: [{ name: free, requests: { limit: 5, window: 2m } }]\nlimits: { redis: { urlSecret: "redis://:a_secret_key@host:6379" } }\n',
    message:
      'maas.yaml:2:31 limits.redis.urlSecret: got a text of 31 characters, expected the name of a Secret, not its value: lower-case letters, digits, "-" and ".", with a letter or digit at both ends; for example "my-secret"',
  },
  {
    rule: 'value-format',
    yaml: 'users: [{ name: a, tier: free, keys: [{ existingSecret: A_secret_key }] }]\n',
    message:
      'maas.yaml:1:57 users[0].keys[0].existingSecret: got a text of 12 characters, expected the name of a Secret, not its value: lower-case letters, digits, "-" and ".", with a letter or digit at both ends; for example "my-secret"',
  },
  {
    rule: 'value-type',
    yaml: 'models: [{ name: own, source: hf://a/b, accelerator: nvidia, huggingFaceTokenSecret: 12345 }]\n',
    message: 'maas.yaml:1:86 models[0].huggingFaceTokenSecret: got a number, expected text; put it in quotes',
  },
  {
    rule: 'value-type',
    yaml: 'tiers: [{ name: free, requests: { limit: 5, window: 2m } }]\nlimits: { redis: "redis://:a_secret_key@host:6379" }\n',
    message:
      'maas.yaml:2:18 limits.redis: got "redis://…@host:6379", expected a map; write keys with values: size, storageClass, existingSecret, urlSecret',
  },
  {
    rule: 'yaml-number',
    yaml: 'storage: { minio: { existingSecret: 12345678901234567890 } }\n',
    message:
      'maas.yaml:1:37 storage.minio.existingSecret: got a number, expected a number up to 9007199254740991; put it in quotes if it is text',
  },
  {
    rule: 'value-type',
    yaml: 'users: [{ name: a, tier: free, keys: [null] }]\n',
    message:
      'maas.yaml:1:39 users[0].keys[0]: got null, expected a map; write a value after the key, or remove the key',
  },
  {
    rule: 'value-format',
    yaml: 'users: [{ name: a, tier: free, keys: [{ name: Laptop_1, demo: k }] }]\n',
    message:
      'maas.yaml:1:47 users[0].keys[0].name: got "Laptop_1", expected up to 63 lower-case letters, digits and "-", with a letter or digit at both ends; write "laptop-1"',
  },
  {
    rule: 'unknown-key',
    yaml: 'identity: { oidc: { issuer: https://login.test } }\n',
    message:
      'maas.yaml:1:21 identity.oidc.issuer: got an unknown key, expected one of issuerUrl, audience, userClaim, groupsClaim, groups, defaultTier; did you mean "issuerUrl"?',
  },
  {
    rule: 'unknown-key',
    yaml: 'tiers: [{ name: free, requests: { limit: 5, window: 2m } }]\nlimits: { redis: { url: redis://host } }\n',
    message:
      'maas.yaml:2:20 limits.redis.url: got an unknown key, expected one of size, storageClass, existingSecret, urlSecret; did you mean "urlSecret"?',
  },
  {
    rule: 'value-range',
    yaml: 'models: [{ name: simulator, weight: 1e300 }]\n',
    message: 'maas.yaml:1:37 models[0].weight: got 1e300, expected a number above 0, at most 60; the nearest is 60',
  },
  {
    rule: 'value-range',
    yaml: 'gateway: { replicas: 1e300 }\n',
    message: 'maas.yaml:1:22 gateway.replicas: got 1e300, expected a whole number from 1 to 1,000; the nearest is 1000',
  },
  {
    rule: 'value-type',
    yaml: 'identity: { keycloak: true }\n',
    message: 'maas.yaml:1:23 identity.keycloak: got true, expected demo; write demo',
  },
  // What must exist once
  {
    rule: 'unique-tier-name',
    yaml: 'tiers:\n  - { name: free, tokens: { minute: 200 } }\n  - { name: free }\n',
    message:
      'maas.yaml:3:13 tiers[1].name: got "free", expected a name of its own (tiers[0].name is the same); merge the two tiers, or rename one',
  },
  {
    rule: 'unique-user-name',
    yaml: 'users:\n  - { name: alice, tier: free, keys: [{ demo: one }] }\n  - { name: alice, tier: premium, keys: [{ demo: two }] }\n',
    message:
      'maas.yaml:3:13 users[1].name: got "alice", expected a name of its own (users[0].name is the same); put all keys under one user, or rename one',
  },
  {
    rule: 'unique-model-name',
    yaml: 'models:\n  - name: simulator\n  - name: simulator\n',
    message:
      'maas.yaml:3:11 models[1].name: got "simulator", expected a name of its own (models[0].name is the same); remove one, or give one another name and a source',
  },
  {
    rule: 'unique-key',
    yaml: 'users:\n  - { name: alice, tier: free, keys: [{ demo: secret_key }] }\n  - { name: bob, tier: premium, keys: [{ demo: secret_key }] }\n',
    message:
      'maas.yaml:3:48 users[1].keys[0].demo: got a key of 10 characters, expected a key of its own (users[0].keys[0].demo is the same, and would win or lose at random); change one of the two',
  },
  {
    rule: 'unique-key-secret',
    yaml: 'users:\n  - { name: alice, tier: free, keys: [{ existingSecret: key }] }\n  - { name: bob, tier: premium, keys: [{ existingSecret: key }] }\n',
    message:
      'maas.yaml:3:58 users[1].keys[0].existingSecret: got "key", expected a Secret of its own (users[0].keys[0].existingSecret has the same); name another Secret',
  },
  {
    rule: 'unique-key-secret',
    yaml: 'users:\n  - { name: alice, tier: free, keys: [{ demo: a }, { name: new, demo: b }] }\n  - { name: bob, tier: free, keys: [{ existingSecret: alice-apikey-new }] }\n',
    message:
      'maas.yaml:3:55 users[1].keys[0].existingSecret: got "alice-apikey-new", expected a Secret of its own (users[0].keys[1] has the same); name another Secret',
  },
  {
    rule: 'unique-key-secret',
    yaml: 'users:\n  - { name: alice, tier: free, keys: [{ existingSecret: bob-apikey }] }\n  - { name: bob, tier: free, keys: [{ demo: b }] }\n',
    message:
      'maas.yaml:2:57 users[0].keys[0].existingSecret: got "bob-apikey", expected a Secret of its own (users[1].keys[0] has the same); name another Secret',
  },
  {
    rule: 'unique-key-secret',
    yaml: `users:\n  - { name: alice, tier: free, keys: [{ demo: a }, { demo: b }] }\n`,
    message:
      'maas.yaml:2:52 users[0].keys[1]: got no name, expected a name of its own (users[0].keys[0] has none either); add `name`',
  },
  {
    rule: 'unique-key-secret',
    yaml: `users:\n  - { name: alice, tier: free, keys: [{ name: new, demo: a }, { name: new, demo: b }] }\n`,
    message:
      'maas.yaml:2:71 users[0].keys[1].name: got "new", expected a name of its own (users[0].keys[0].name is the same); name it otherwise',
  },
  {
    rule: 'unique-key-secret',
    yaml: `users:\n  - { name: a, tier: free, keys: [{ name: b-apikey, demo: one }] }\n  - { name: a-apikey-b, tier: free, keys: [{ demo: two }] }\n`,
    message:
      'maas.yaml:3:44 users[1].keys[0]: got the Secret "a-apikey-b-apikey", expected a Secret of its own (users[0].keys[0].name gives the same); add `name`',
  },
  {
    rule: 'unique-key-secret',
    yaml: `users:\n  - { name: alice-apikey, tier: free, keys: [{ demo: one }] }\n  - { name: alice, tier: free, keys: [{ name: apikey, demo: two }] }\n`,
    message:
      'maas.yaml:3:47 users[1].keys[0].name: got the Secret "alice-apikey-apikey", expected a Secret of its own (users[0].keys[0] gives the same); name it otherwise',
  },
  {
    rule: 'key-expires',
    yaml: 'users:\n  - name: alice\n    tier: free\n    keys:\n      - { demo: k, expires: 2027-02-29 }\n      - { name: b, demo: l, expires: 2027-04-31T12:00:00Z }\n      - { name: c, demo: m, expires: 2028-02-29 }\n',
    message: [
      'maas.yaml:5:29 users[0].keys[0].expires: got "2027-02-29", expected a day of the calendar; the month has fewer days',
      'maas.yaml:6:38 users[0].keys[1].expires: got "2027-04-31T12:00:00Z", expected a day of the calendar; the month has fewer days',
    ].join('\n'),
  },
  {
    rule: 'value-format',
    yaml: 'users:\n  - { name: a, tier: free, keys: [{ demo: k, expires: 2027-01-31T12:00:00+02:00 }] }\n',
    message:
      'maas.yaml:2:55 users[0].keys[0].expires: got "2027-01-31T12:00:00+02:00", expected a day, to its end in UTC, or an instant in UTC; write "2027-01-31T10:00:00Z"',
  },
  {
    rule: 'value-format',
    yaml: 'users:\n  - { name: a, tier: free, keys: [{ demo: k, expires: 31.01.2027 }] }\n',
    message:
      'maas.yaml:2:55 users[0].keys[0].expires: got "31.01.2027", expected a day, to its end in UTC, or an instant in UTC; for example "2027-01-31"',
  },
  {
    rule: 'known-keys',
    yaml: keysOf(401, (index) => `{ name: k${index}, demo: key${index}, expires: 2027-01-31 }`),
    message:
      'maas.yaml:1:1 users: got 401 keys with existingSecret, expires or disabled, expected at most 400: all of them stand in the AuthPolicy; take some out of `users` and let their Secrets say it, by the annotations secret.kuadrant.io/user-id, kuadrant.io/groups and cdk8s-maas/expires',
  },
  {
    rule: 'known-keys',
    yaml: keysOf(100, (index) => `{ existingSecret: ${String(index).padStart(250, 's')} }`),
    message:
      'maas.yaml:1:1 users: got 25,000 characters in names of Secrets with existingSecret, expires or disabled, expected at most 24,000 characters: all of them stand in the AuthPolicy; take some out of `users` and let their Secrets say it, by the annotations secret.kuadrant.io/user-id, kuadrant.io/groups and cdk8s-maas/expires',
  },
  {
    rule: 'key-name',
    yaml: `users:\n  - { name: alice, tier: free, keys: [{ name: new, existingSecret: alice }] }\n`,
    message:
      'maas.yaml:2:41 users[0].keys[0].name: got "new", expected no name beside existingSecret, which names the Secret itself; remove it',
  },
  {
    rule: 'oidc-issuer',
    yaml: `identity: { oidc: { audience: api } }\n`,
    message:
      'maas.yaml:1:13 identity.oidc: got no issuerUrl, expected the issuer of the tokens; add `issuerUrl: https://…`, or `keycloak: demo` beside `oidc` on the local demo',
  },
  {
    rule: 'oidc-tier',
    yaml: `identity: { oidc: { issuerUrl: 'https://login.example.com', groups: [] } }\n`,
    message:
      'maas.yaml:1:69 identity.oidc.groups: got an empty list, expected a group or a default tier: nobody could come in; add a group, or `defaultTier`',
  },
  {
    rule: 'object-name',
    yaml: `objects:\n  - { apiVersion: v1, kind: ConfigMap, metadata: { name: My_Map } }\n`,
    message:
      'maas.yaml:2:58 objects[0].metadata.name: got "My_Map", expected up to 253 lower-case letters, digits, "-" and ".", with a letter or digit at both ends; write "my-map"',
  },
  {
    rule: 'object-name',
    yaml: `objects:\n  - { apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: { name: a/b } }\n`,
    message:
      'maas.yaml:2:79 objects[0].metadata.name: got "a/b", expected up to 253 lower-case letters, digits, "-" and ".", with a letter or digit at both ends; write "a-b"',
  },
  {
    rule: 'object-namespace',
    yaml: `objects:\n  - { apiVersion: v1, kind: ConfigMap, metadata: { name: a, namespace: LLM } }\n`,
    message:
      'maas.yaml:2:72 objects[0].metadata.namespace: got "LLM", expected up to 63 lower-case letters, digits and "-", with a letter or digit at both ends; write "llm"',
  },
  {
    rule: 'object-namespace',
    yaml: `objects:\n  - { apiVersion: v1, kind: ConfigMap, metadata: { name: a, namespace: 7 } }\n`,
    message:
      'maas.yaml:2:72 objects[0].metadata.namespace: got 7, expected up to 63 lower-case letters, digits and "-", with a letter or digit at both ends; put it in quotes',
  },
  {
    rule: 'one-policy',
    yaml: `objects:\n  - { apiVersion: kuadrant.io/v1, kind: AuthPolicy, metadata: { name: a }, spec: { targetRef: { kind: HTTPRoute, name: own } } }\n  - { apiVersion: kuadrant.io/v1, kind: AuthPolicy, metadata: { name: b }, spec: { targetRef: { kind: HTTPRoute, name: own } } }\n`,
    message:
      'maas.yaml:3:84 objects[1].spec.targetRef: got AuthPolicy b, expected one AuthPolicy for HTTPRoute own (objects[0] is another): of two only one counts; merge the two',
  },
  {
    rule: 'value-format',
    yaml: `domain: 10.0.0.1\n`,
    message:
      'maas.yaml:1:9 domain: got "10.0.0.1", expected a DNS name in lower case, without scheme, port and path, no IP address; for example "models.example.com"',
  },
  {
    rule: 'unique-host',
    yaml: 'models:\n  - name: simulator\n  - { name: second, runtime: simulator, host: simulator.maas.local }\n',
    message:
      'maas.yaml:3:47 models[1].host: got "simulator.maas.local", expected a host of its own (model simulator has the same); set another `host`',
  },
  {
    rule: 'unique-platform-host',
    yaml: 'models: [{ name: api, runtime: simulator }]\n',
    message:
      'maas.yaml:1:18 models[0].name: got the host "api.maas.local", expected a host of its own (the list of models has the same); set another `host`, or `gateway.platformHost`',
  },
  {
    rule: 'unique-platform-host',
    yaml: 'models:\n  - { name: second, runtime: simulator, host: api.maas.local }\n',
    message:
      'maas.yaml:2:47 models[0].host: got "api.maas.local", expected a host of its own (the list of models has the same); set another `host`, or `gateway.platformHost`',
  },
  {
    rule: 'unique-platform-host',
    yaml: 'gateway: { platformHost: simulator.maas.local }\n',
    message:
      'maas.yaml:1:26 gateway.platformHost: got "simulator.maas.local", expected a host of its own (model simulator has the same); set another `platformHost`',
  },
  {
    rule: 'model-path',
    yaml: 'gateway: { routing: both }\nmodels: [{ name: v1, runtime: simulator }]\n',
    message:
      'maas.yaml:2:18 models[0].name: got "v1", expected another name: /v1/models at the host of the platform is the list of models; name it otherwise, or route by host',
  },
  {
    rule: 'model-path',
    yaml: 'gateway: { routing: path }\nmodels: [{ name: v1, runtime: simulator }]\n',
    message:
      'maas.yaml:2:18 models[0].name: got "v1", expected another name: /v1/models at the host of the platform is the list of models; name it otherwise, or route by host',
  },
  {
    rule: 'idle-model-host',
    yaml: 'gateway: { routing: path }\nmodels: [{ name: simulator, host: api.maas.local }]\n',
    message:
      'maas.yaml:2:29 models[0].host: got "api.maas.local", expected no host: with `gateway.routing: path` no model has one; remove it, or write `routing: both`',
  },
  {
    rule: 'routing-budget',
    yaml: 'gateway: { routing: both }\ntiers: [{ name: free, requests: { limit: 5, window: 2m } }]\nusers: []\n',
    message:
      'maas.yaml:1:21 gateway.routing: got both, expected host or path with limits of requests: Limitador counts by route, so that by host and by path each user would have the limit twice; write `routing: host` or `routing: path`',
  },
  {
    rule: 'routing-budget',
    yaml: 'gateway: { routing: both }\nlimits: { engine: tokenRateLimitPolicy }\n',
    message:
      'maas.yaml:1:21 gateway.routing: got both, expected host or path with the engine tokenRateLimitPolicy: Limitador counts by route, so that by host and by path each user would have the limit twice; write `routing: host` or `routing: path`',
  },
  {
    rule: 'platform-host',
    yaml: 'gateway: { platformHost: maas.local }\n',
    message:
      'maas.yaml:1:26 gateway.platformHost: got "maas.local", expected one label below the domain maas.local, as its wildcard certificate covers it; for example "api.maas.local"',
  },
  {
    rule: 'platform-host',
    yaml: `domain: ${'abcd.'.repeat(48)}abcdefgh.uk\nmodels: [{ name: a, runtime: simulator }]\n`,
    message:
      'maas.yaml:1:9 domain: got a domain that makes the host of the platform 255 characters long, expected at most 253; shorten it, or set `gateway.platformHost`',
  },
  {
    rule: 'unique-inference-service',
    yaml: 'models:\n  - { name: vllm-simulator, runtime: simulator }\n  - name: simulator\n',
    message:
      'maas.yaml:2:13 models[0].name: got "vllm-simulator", expected an InferenceService of its own (model simulator has the same); give the model another name',
  },
  {
    rule: 'unique-served-name',
    yaml: 'models:\n  - name: simulator\n  - { name: second, runtime: simulator, servedName: simulator-model }\n',
    message:
      'maas.yaml:3:53 models[1].servedName: got "simulator-model", expected a served model name of its own (model simulator has the same); set another `servedName`',
  },
  // What something refers to
  {
    rule: 'user-tier',
    yaml: 'users:\n  - name: alice\n    tier: fre\n    keys: [{ demo: alice_key }]\n',
    message:
      'maas.yaml:3:11 users[0].tier: got "fre", expected one of the tiers free, premium, enterprise; did you mean "free"?',
  },
  {
    rule: 'user-tier',
    yaml: 'tiers: [{ name: gold }]\nusers: [{ name: alice, tier: free, keys: [{ demo: alice_key }] }]\n',
    message: 'maas.yaml:2:30 users[0].tier: got "free", expected one of the tiers gold; add the tier, or name another',
  },
  {
    rule: 'tier-model',
    yaml: 'tiers:\n  - { name: free, models: [simulator, qwen] }\nmodels: [{ name: simulator }, { name: qwen3 }]\n',
    message:
      'maas.yaml:2:39 tiers[0].models[1]: got "qwen", expected one of the models simulator, qwen3; did you mean "qwen3"?',
  },
  {
    rule: 'group-tier',
    yaml: 'identity:\n  oidc:\n    issuerUrl: https://login.example.com\n    groups: [{ group: staff, tier: premiun }]\n',
    message:
      'maas.yaml:4:36 identity.oidc.groups[0].tier: got "premiun", expected one of the tiers free, premium, enterprise; did you mean "premium"?',
  },
  {
    rule: 'default-tier',
    yaml: 'identity:\n  oidc:\n    issuerUrl: https://login.example.com\n    defaultTier: none\n',
    message:
      'maas.yaml:4:18 identity.oidc.defaultTier: got "none", expected one of the tiers free, premium, enterprise; add the tier, or name another',
  },
  // Limits
  {
    rule: 'token-windows',
    yaml: 'tiers:\n  - name: free\n    tokens: { minute: 200, day: 100, month: 1000 }\n',
    message:
      'maas.yaml:3:33 tiers[0].tokens.day: got 100, expected at least 200, as much as one minute allows; raise day, lower minute or remove one of them',
  },
  {
    rule: 'token-replicas',
    yaml: 'gateway:\n  replicas: 3\n',
    message:
      'maas.yaml:2:13 gateway.replicas: got 3, expected 1 while a tier has token limits, which are counted inside one gateway pod; write 1, `limits.perReplica: divide` or `limits.engine: tokenRateLimitPolicy`',
  },
  {
    rule: 'token-istio',
    yaml: 'versions:\n  istio: 1.29.2\n',
    message:
      'maas.yaml:2:10 versions.istio: got "1.29.2", expected 1.30.0 or newer for token limits: its Envoy 1.38 is the first that counts for all its workers; upgrade Istio, or write `limits.engine: tokenRateLimitPolicy`',
  },
  {
    rule: 'engine-weight',
    yaml: 'limits: { engine: tokenRateLimitPolicy }\nmodels: [{ name: simulator, weight: 2 }]\n',
    message:
      'maas.yaml:2:37 models[0].weight: got 2, expected 1: Limitador counts every token once, only the engine envoyFilter weighs them; remove it, or write `limits.engine: envoyFilter`',
  },
  {
    rule: 'engine-month',
    yaml: 'limits: { engine: tokenRateLimitPolicy }\ntiers: [{ name: free, tokens: { month: 1000 } }]\n',
    message:
      'maas.yaml:2:33 tiers[0].tokens.month: got 1000, expected minute, hour or day: Limitador knows no calendar, only the engine envoyFilter counts months; remove it, or write `limits.engine: envoyFilter`',
  },
  {
    rule: 'engine-shared',
    yaml: 'limits: { engine: tokenRateLimitPolicy }\nmodels: [{ name: simulator }, { name: nomic }]\n',
    message:
      'maas.yaml:1:19 limits.engine: got "tokenRateLimitPolicy", expected envoyFilter while the tiers free, premium, enterprise may use several models: Limitador gives a user one budget for every route, so as many as there are models; write `gateway.routing: path`, with which they share one route and one budget, or `limits.engine: envoyFilter`, or name one model in the `models` of each tier with tokens',
  },
  {
    rule: 'engine-shared',
    yaml: 'limits: { engine: tokenRateLimitPolicy }\nmodels: [{ name: simulator }, { name: nomic }]\ntiers:\n  - { name: free, tokens: { day: 9 } }\n  - { name: open, tokens: {} }\n',
    message:
      'maas.yaml:1:19 limits.engine: got "tokenRateLimitPolicy", expected envoyFilter while the tier free may use several models: Limitador gives a user one budget for every route, so as many as there are models; write `gateway.routing: path`, with which they share one route and one budget, or `limits.engine: envoyFilter`, or name one model in the `models` of each tier with tokens',
  },
  {
    rule: 'engine-models',
    yaml: `limits: { engine: tokenRateLimitPolicy }\ngateway: { routing: path }\nmodels: [${Array.from({ length: 18 }, (_, index) => `{ name: m${index}, runtime: simulator }`).join(', ')}]\n`,
    message:
      'maas.yaml:3:1 models: got 18 models, expected at most 16 with `gateway.routing: path` and the engine tokenRateLimitPolicy: they share one HTTPRoute, so that a user has one budget, and Gateway API gives a route 16 rules, one for each model; remove 2, give them a platform of their own, or write `limits.engine: envoyFilter`',
  },
  {
    rule: 'engine-observe',
    yaml: 'limits: { engine: tokenRateLimitPolicy }\ntiers: [{ name: free, tokens: { day: 1000 }, enforce: false }]\n',
    message:
      'maas.yaml:2:55 tiers[0].enforce: got false, expected true: Limitador refuses what it counts, only the engine envoyFilter can count and let pass; remove it, or write `limits.engine: envoyFilter`',
  },
  {
    rule: 'engine-option',
    yaml: 'limits: { engine: tokenRateLimitPolicy, perReplica: divide }\n',
    message:
      'maas.yaml:1:41 limits.perReplica: got "divide", expected no such option: Limitador counts for all gateway pods together, only the engine envoyFilter has it; remove it, or write `limits.engine: envoyFilter`',
  },
  {
    rule: 'replica-share',
    yaml: 'gateway: { replicas: 3 }\nlimits: { perReplica: divide }\ntiers: [{ name: free, tokens: { minute: 2 } }]\n',
    message:
      'maas.yaml:3:41 tiers[0].tokens.minute: got 2, expected at least 3, so that each gateway pod has one to give; raise it, or lower gateway.replicas',
  },
  {
    rule: 'replica-share',
    yaml: 'gateway: { replicas: 300 }\nlimits: { perReplica: divide }\n',
    message:
      'maas.yaml:1:22 gateway.replicas: got 300, expected at most 200, so that each gateway pod has a token to give to the default tier free; lower it, or write `tiers` with higher limits',
  },
  {
    rule: 'redis-source',
    yaml: 'limits: { redis: { urlSecret: shared, size: 1Gi } }\ntiers: [{ name: free, requests: { limit: 5, window: 2m } }]\n',
    message:
      'maas.yaml:1:39 limits.redis.size: got "1Gi", expected nothing beside urlSecret: that Redis is somebody else\'s; remove it, or remove urlSecret',
  },
  {
    rule: 'redis-size',
    yaml: 'limits: { redis: { size: "0" } }\ntiers: [{ name: free, requests: { limit: 5, window: 2m } }]\n',
    message: 'maas.yaml:1:26 limits.redis.size: got "0", expected the size of a volume; for example "1Gi"',
  },
  {
    rule: 'demo-redis',
    yaml: 'domain: models.example.com\nlimits: { redis: {} }\ntiers: [{ name: free, requests: { limit: 5, window: 2m } }]\n',
    message:
      'maas.yaml:2:11 limits.redis: got a well-known password, expected existingSecret or urlSecret, except on the local demo (platform kubernetes with a domain below .local, .localhost or .test); add `existingSecret: limitador-redis`',
  },
  {
    rule: 'failure-place',
    yaml: 'platform: openshift\nlimits: { onFailure: deny }\n',
    message:
      'maas.yaml:2:11 limits.onFailure: got "deny", expected nothing on OpenShift, where OLM undoes every change of the operator\'s Deployment; set RATELIMIT_SERVICE_FAILURE_MODE, RATELIMIT_CHECK_SERVICE_FAILURE_MODE and RATELIMIT_REPORT_SERVICE_FAILURE_MODE in `spec.config.env` of the operator\'s Subscription',
  },
  {
    rule: 'request-window',
    yaml: 'tiers:\n  - { name: free, requests: { limit: 5, window: 99999h1m } }\n',
    message:
      'maas.yaml:2:49 tiers[0].requests.window: got "99999h1m", expected a window of more than nothing and at most 99999h; for example "2m"',
  },
  {
    rule: 'unique-key-prefix',
    yaml: 'identity: { apiKeys: { prefixes: [Bearer, bearer] } }\n',
    message:
      'maas.yaml:1:43 identity.apiKeys.prefixes[1]: got "bearer", expected a prefix of its own (identity.apiKeys.prefixes[0] is the same but for upper and lower case); remove one of the two',
  },
  {
    rule: 'request-window',
    yaml: 'tiers:\n  - { name: free, requests: { limit: 5, window: 0m0s } }\n',
    message:
      'maas.yaml:2:49 tiers[0].requests.window: got "0m0s", expected a window of more than nothing and at most 99999h; for example "2m"',
  },
  // Versions
  {
    rule: 'gateway-api-version',
    yaml: 'versions: { gatewayApi: 1.1.1 }\n',
    message:
      'maas.yaml:1:25 versions.gatewayApi: got "1.1.1", expected 1.2.0 or newer: the first whose Gateway has `infrastructure.parametersRef`, which sizes and secures its pods; upgrade Gateway API',
  },
  {
    rule: 'kuadrant-version',
    yaml: 'versions: { kuadrant: 1.4.1 }\n',
    message:
      'maas.yaml:1:23 versions.kuadrant: got "1.4.1", expected 1.4.2 or newer: before it clients can forge the headers that name user and tier; upgrade Kuadrant',
  },
  {
    rule: 'kserve-version',
    yaml: 'versions: { kserve: 0.15.0-rc1 }\n',
    message:
      'maas.yaml:1:21 versions.kserve: got "0.15.0-rc1", expected 0.15.0 or newer: the first that knows what is rendered here; upgrade KServe',
  },
  // Identity
  {
    rule: 'key-source',
    yaml: 'users:\n  - name: alice\n    tier: free\n    keys: [{}]\n',
    message:
      'maas.yaml:4:12 users[0].keys[0]: got none, expected exactly one of demo, existingSecret, externalSecret; add one',
  },
  {
    rule: 'key-source',
    yaml: 'users:\n  - name: alice\n    tier: free\n    keys:\n      - demo: alice_key\n        existingSecret: alice\n',
    message:
      'maas.yaml:5:9 users[0].keys[0]: got demo and existingSecret, expected exactly one of demo, existingSecret, externalSecret; make a key of each: several keys a user are fine',
  },
  {
    rule: 'demo-key',
    yaml: 'domain: models.example.com\nusers:\n  - { name: alice, tier: free, keys: [{ demo: a_secret_key }] }\n',
    message:
      'maas.yaml:3:41 users[0].keys[0].demo: got a key of 12 characters, expected no key in a file, except on the local demo (platform kubernetes with a domain below .local, .localhost or .test); use existingSecret or externalSecret',
  },
  {
    rule: 'demo-key',
    yaml: 'platform: openshift\nusers:\n  - { name: alice, tier: free, keys: [{ demo: a_secret_key }] }\n',
    message:
      'maas.yaml:3:41 users[0].keys[0].demo: got a key of 12 characters, expected no key in a file, except on the local demo (platform kubernetes with a domain below .local, .localhost or .test); use existingSecret or externalSecret',
  },
  {
    rule: 'demo-keycloak',
    yaml: 'platform: openshift\nidentity: { keycloak: demo }\n',
    message:
      'maas.yaml:2:23 identity.keycloak: got "demo", expected an issuer of your own, except on the local demo (platform kubernetes with a domain below .local, .localhost or .test); write `oidc: { issuerUrl: … }` in its place',
  },
  {
    rule: 'demo-minio',
    yaml: 'domain: models.example.com\nstorage: { minio: { size: 20Gi } }\n',
    message:
      'maas.yaml:2:12 storage.minio: got well-known credentials, expected existingSecret, except on the local demo (platform kubernetes with a domain below .local, .localhost or .test); add `existingSecret: minio-credentials`',
  },
  {
    rule: 'keys-accepted',
    yaml: 'identity: { oidc: { issuerUrl: https://login.test } }\nusers:\n  - name: alice\n    tier: free\n    keys: [{ demo: alice_key }]\n',
    message:
      'maas.yaml:5:5 users[0].keys: got a list of 1 item, expected no keys while API keys are off; remove the keys, or write `apiKeys: { enabled: true }` below `identity`',
  },
  {
    rule: 'user-entrance',
    yaml: 'users:\n  - name: alice\n    tier: free\n',
    message:
      'maas.yaml:2:5 users[0]: got no key of user "alice", expected a key while OIDC is off: there is no other way in; add `keys`, or configure `identity.oidc`',
  },
  {
    rule: 'user-entrance',
    yaml: 'users:\n  - name: alice\n    tier: free\n    keys: []\n',
    message:
      'maas.yaml:2:5 users[0]: got no key of user "alice", expected a key while OIDC is off: there is no other way in; add `keys`, or configure `identity.oidc`',
  },
  {
    rule: 'no-entrance',
    yaml: 'identity:\n  apiKeys: { enabled: false }\n',
    message:
      'maas.yaml:2:23 identity.apiKeys.enabled: got false, expected true while OIDC is off: nobody could come in; remove `enabled: false`, or configure `identity.oidc`',
  },
  {
    rule: 'one-issuer',
    yaml: 'identity:\n  keycloak: demo\n  oidc: { issuerUrl: https://login.test }\n',
    message:
      'maas.yaml:3:11 identity.oidc.issuerUrl: got "https://login.test", expected no issuer beside `keycloak: demo`, which is one; remove one of the two',
  },
  // The test of the running platform
  {
    rule: 'conformance-name',
    yaml: 'tiers: [{ name: conformance, tokens: { minute: 9 } }]\nusers: []\nconformance: {}\n',
    message:
      'maas.yaml:1:17 tiers[0].name: got "conformance", expected another name: with `conformance` the platform has one of this name; rename it',
  },
  {
    rule: 'conformance-name',
    yaml: 'users: [{ name: conformance, tier: free, keys: [{ demo: a }] }]\nconformance: {}\n',
    message:
      'maas.yaml:1:17 users[0].name: got "conformance", expected another name: with `conformance` the platform has one of this name; rename it',
  },
  {
    rule: 'conformance-model',
    yaml: 'conformance: { model: simulato }\n',
    message:
      'maas.yaml:1:23 conformance.model: got "simulato", expected one of the models simulator; did you mean "simulator"?',
  },
  {
    rule: 'conformance-model',
    yaml: 'models: []\nconformance: {}\n',
    message:
      'maas.yaml:2:1 conformance: got no model, expected a model to ask; add one below `models`, or remove `conformance`',
  },
  {
    rule: 'conformance-model',
    yaml: 'models: [{ name: nomic }]\nconformance: {}\n',
    message:
      'maas.yaml:2:1 conformance: got the first model, "nomic", expected a model that answers chat completions, which none with `--runner=pooling` does; name another as `model` below it',
  },
  {
    rule: 'conformance-model',
    yaml: "models:\n  - { name: simulator }\n  - { name: own, source: 'hf://a/b', accelerator: nvidia, arguments: [--runner, pooling] }\nconformance: { model: own }\n",
    message:
      'maas.yaml:4:23 conformance.model: got "own", expected a model that answers chat completions, which none with `--runner=pooling` does; name another',
  },
  {
    rule: 'conformance-key',
    yaml: 'domain: models.example.com\nconformance: {}\n',
    message:
      'maas.yaml:2:1 conformance: got no key, expected a key, except on the local demo (platform kubernetes with a domain below .local, .localhost or .test); add `key: { existingSecret: conformance-apikey }`',
  },
  {
    rule: 'conformance-key',
    yaml: 'conformance: { key: {} }\n',
    message:
      'maas.yaml:1:21 conformance.key: got none, expected exactly one of demo, existingSecret, externalSecret; add one',
  },
  {
    rule: 'conformance-key',
    yaml: 'conformance: { key: { demo: a_key, existingSecret: a-secret } }\n',
    message:
      'maas.yaml:1:21 conformance.key: got demo and existingSecret, expected exactly one of demo, existingSecret, externalSecret; remove all but one',
  },
  {
    rule: 'conformance-key',
    yaml: 'platform: openshift\nconformance: { key: { demo: a_secret_key } }\n',
    message:
      'maas.yaml:2:23 conformance.key.demo: got a key of 12 characters, expected no key in a file, except on the local demo (platform kubernetes with a domain below .local, .localhost or .test); use existingSecret or externalSecret',
  },
  {
    rule: 'conformance-own-key',
    yaml: 'conformance: { key: { demo: freeuser1_key } }\nusers: [{ name: a, tier: free, keys: [{ demo: freeuser1_key }] }]\n',
    message:
      'maas.yaml:1:29 conformance.key.demo: got a key of 13 characters, expected a key of its own: a user has the same; name another',
  },
  {
    rule: 'conformance-own-key',
    yaml: 'conformance: { key: { existingSecret: alice } }\nusers: [{ name: a, tier: free, keys: [{ existingSecret: alice }] }]\n',
    message:
      'maas.yaml:1:39 conformance.key.existingSecret: got "alice", expected a Secret of its own: a user has the same; name another',
  },
  {
    rule: 'conformance-own-key',
    yaml: 'conformance: { key: { demo: freeuser1_key } }\n',
    message:
      'maas.yaml:1:29 conformance.key.demo: got a key of 13 characters, expected a key of its own: a user has the same; name another',
  },
  {
    rule: 'conformance-own-key',
    yaml: 'conformance: { key: { existingSecret: a-apikey } }\nusers: [{ name: a, tier: free, keys: [{ demo: a_key }] }]\n',
    message:
      'maas.yaml:1:39 conformance.key.existingSecret: got "a-apikey", expected a Secret of its own: a user has the same; name another',
  },
  {
    rule: 'conformance-own-key',
    yaml: 'conformance: {}\nusers: [{ name: a, tier: free, keys: [{ existingSecret: conformance-apikey }] }]\n',
    message:
      'maas.yaml:2:57 users[0].keys[0].existingSecret: got "conformance-apikey", expected a Secret of its own: with `conformance` the platform has one of this name; name another',
  },
  {
    rule: 'conformance-entrance',
    yaml: 'identity: { keycloak: demo }\nconformance: {}\n',
    message:
      'maas.yaml:2:1 conformance: got API keys are off, expected API keys: the test comes with one; write `apiKeys: { enabled: true }` below `identity`, or remove `conformance`',
  },
  // Models
  {
    rule: 'model-name-length',
    yaml: `models:\n  - { name: ${'m'.repeat(51)}, runtime: simulator }\n`,
    message:
      'maas.yaml:2:13 models[0].name: got 51 characters, expected at most 50, so that <name>-domain-route has at most 63; shorten it',
  },
  {
    rule: 'model-host',
    yaml: 'models: [{ name: simulator, host: simulator.example.com }]\n',
    message:
      'maas.yaml:1:35 models[0].host: got "simulator.example.com", expected one label below the domain maas.local, as its wildcard certificate covers it; for example "simulator.maas.local"',
  },
  {
    rule: 'model-host',
    yaml: 'models: [{ name: simulator, host: a.b.maas.local }]\n',
    message:
      'maas.yaml:1:35 models[0].host: got "a.b.maas.local", expected one label below the domain maas.local, as its wildcard certificate covers it; for example "simulator.maas.local"',
  },
  {
    rule: 'model-host',
    yaml: `domain: ${['a'.repeat(63), 'b'.repeat(63), 'c'.repeat(63), 'd'.repeat(48), 'test'].join('.')}\n`,
    message:
      'maas.yaml:1:9 domain: got a domain that makes the host of model simulator 255 characters long, expected at most 253; shorten the domain or the name',
  },
  {
    rule: 'catalog-arguments',
    yaml: [
      'models:',
      '  - { name: nomic, source: hf://else/where }',
      '  - { name: qwen3-32b, arguments: [], source: hf://Qwen/Qwen3-8B, accelerator: nvidia-h100 }',
      '  - { name: bge-m3, source: s3://ours/bge-m3, parameters: 0.6B }',
      '  - { name: gpt-oss-20b, source: s3://ours/llama-8b, parameters: 8.03B }\n',
    ].join('\n'),
    message: [
      'maas.yaml:2:28 models[0].source: got "hf://else/where", expected `arguments` beside it: the catalog\'s are for its own weights; write those of `arguments: [--runner=pooling, --trust-remote-code]` that these need, or `arguments: []`',
      'maas.yaml:5:34 models[3].source: got "s3://ours/llama-8b", expected `arguments` beside it: the catalog\'s are for its own weights; write those of `arguments: [--enable-auto-tool-choice, --tool-call-parser=openai]` that these need, or `arguments: []`',
    ].join('\n'),
  },
  {
    rule: 'canary-version',
    yaml: 'models:\n  - { name: bge-m3, canary: { weight: 5, source: hf://BAAI/bge-large } }\n',
    message:
      'maas.yaml:2:50 models[0].canary.source: got "hf://BAAI/bge-large", expected `arguments` beside it: the catalog\'s are for its own weights; write those of `arguments: [--runner=pooling]` that these need, or `arguments: []`',
  },
  {
    rule: 'claim-source',
    yaml: 'models:\n  - { name: my-llama, source: pvc://My_Weights/llama, accelerator: nvidia }\n',
    message:
      'maas.yaml:2:31 models[0].source: got "pvc://My_Weights/llama", expected pvc://<claim>/<path>, the name of the claim in lower-case letters, digits, "-" and ".", with a letter or digit at both ends; write "pvc://my-weights/llama"',
  },
  {
    rule: 'claim-source',
    yaml: 'models:\n  - { name: my-llama, source: pvc:///llama, accelerator: nvidia }\n',
    message:
      'maas.yaml:2:31 models[0].source: got "pvc:///llama", expected pvc://<claim>/<path>, the name of the claim in lower-case letters, digits, "-" and ".", with a letter or digit at both ends; for example "pvc://weights/llama"',
  },
  {
    rule: 'model-source',
    yaml: 'models:\n  - name: qwen\n',
    message:
      'maas.yaml:2:11 models[0].name: got "qwen" without a source, expected a `source`, or a name of the catalog: simulator, qwen3, granite, mistral, nomic, llama-3-1-8b, llama-3-3-70b, qwen3-32b, gpt-oss-20b, phi-4, bge-m3; did you mean "qwen3"?',
  },
  {
    rule: 'model-source',
    yaml: 'models:\n  - { name: my-llama, accelerator: nvidia }\n',
    message:
      'maas.yaml:2:13 models[0].name: got "my-llama" without a source, expected a `source`, or a name of the catalog: simulator, qwen3, granite, mistral, nomic, llama-3-1-8b, llama-3-3-70b, qwen3-32b, gpt-oss-20b, phi-4, bge-m3; add its source, for example `source: hf://Qwen/Qwen3-0.6B`',
  },
  {
    rule: 'model-accelerator',
    yaml: 'models:\n  - { name: my-llama, source: hf://a/b }\n',
    message:
      'maas.yaml:2:13 models[0].name: got "my-llama" without a GPU, expected `accelerator`, one of nvidia, nvidia-t4, nvidia-l4, nvidia-a10g, nvidia-l40s, nvidia-a100-40gb, nvidia-a100-80gb, nvidia-h100, nvidia-h200, nvidia-b200, nvidia-a100-40gb-pcie, nvidia-a100-80gb-pcie, nvidia-h100-pcie, nvidia-h100-nvl, nvidia-h200-nvl, amd-mi300x, intel-gaudi3, cpu, or a slice like nvidia-h100-mig-1g.10gb; add `accelerator: nvidia`',
  },
  {
    rule: 'model-accelerator',
    yaml: 'models:\n  - { name: my-llama, source: hf://a/b, accelerator: nvidia-l40 }\n',
    message:
      'maas.yaml:2:54 models[0].accelerator: got "nvidia-l40", expected one of nvidia, nvidia-t4, nvidia-l4, nvidia-a10g, nvidia-l40s, nvidia-a100-40gb, nvidia-a100-80gb, nvidia-h100, nvidia-h200, nvidia-b200, nvidia-a100-40gb-pcie, nvidia-a100-80gb-pcie, nvidia-h100-pcie, nvidia-h100-nvl, nvidia-h200-nvl, amd-mi300x, intel-gaudi3, cpu, or a slice like nvidia-h100-mig-1g.10gb; did you mean "nvidia-l4"?',
  },
  {
    rule: 'value-type',
    yaml: 'observability: { monitorLabels: { release: 5 } }\n',
    message: 'maas.yaml:1:44 observability.monitorLabels.release: got 5, expected text; put it in quotes: "5"',
  },
  {
    rule: 'simulator-keys',
    yaml: 'models: [{ name: simulator, gpus: 2 }]\n',
    message:
      'maas.yaml:1:29 models[0].gpus: got 2, expected no source, accelerator, gpus and huggingFaceTokenSecret: the simulator loads no model; remove it, or name another model',
  },
  {
    rule: 'simulator-keys',
    yaml: 'models: [{ name: fake, runtime: simulator, source: hf://a/b }]\n',
    message:
      'maas.yaml:1:44 models[0].source: got "hf://a/b", expected no source, accelerator, gpus and huggingFaceTokenSecret: the simulator loads no model; remove it, or write `runtime: vllm`',
  },
  {
    rule: 'canary-change',
    yaml: 'models: [{ name: simulator, canary: { weight: 10 } }]\n',
    message:
      'maas.yaml:1:29 models[0].canary: got a canary like its model, expected what is different in it: source, arguments, accelerator, …; add it, or remove the canary',
  },
  {
    rule: 'canary-name',
    yaml: 'models:\n  - { name: simulator, canary: { weight: 10, maxModelLength: 512 } }\n  - { name: simulator-canary, runtime: simulator }\n',
    message:
      'maas.yaml:3:13 models[1].name: got "simulator-canary", expected another name: that of the canary of model simulator; rename it',
  },
  {
    rule: 'canary-name',
    yaml: 'models: [{ name: a2345678901234567890123456789012345678901234567, runtime: simulator, canary: { weight: 10, maxModelLength: 512 } }]\n',
    message:
      'maas.yaml:1:87 models[0].canary: got a name of 47 characters, expected at most 46, so that <name>-canary-predictor has at most 63; shorten the name of the model',
  },
  {
    rule: 'canary-version',
    yaml: 'models:\n  - { name: a, source: hf://a/b, huggingFaceTokenSecret: t, accelerator: nvidia-l4, canary: { weight: 10, source: pvc://a/b } }\n  - { name: b, source: pvc://a/b, accelerator: nvidia-l4, canary: { weight: 10, huggingFaceTokenSecret: t } }\n',
    message:
      'maas.yaml:3:81 models[1].canary.huggingFaceTokenSecret: got "t", expected nothing while the source is not at Hugging Face: it has no effect; remove it, or write a source that begins with hf://',
  },
  {
    // The size of the model is none of other weights.
    rule: 'canary-version',
    yaml: 'models: [{ name: a, source: hf://a/b, parameters: 1B, accelerator: nvidia-l4, canary: { weight: 10, source: hf://a/c, architecture: { layers: 8 } } }]\n',
    message:
      'maas.yaml:1:119 models[0].canary.architecture: got figures without a size, expected `parameters` beside it: nothing is checked without the size; add `parameters: 8B`',
  },
  {
    rule: 'canary-version',
    yaml: 'models:\n  - { name: simulator, canary: { weight: 10, accelerator: nvidia-l4, replicas: { min: 3, max: 2 } } }\n  - { name: qwen3, accelerator: nvidia-l4, canary: { weight: 10, source: hf://Qwen/Qwen3-32B, parameters: 32B, arguments: [] } }\n',
    message: [
      'maas.yaml:2:46 models[0].canary.accelerator: got "nvidia-l4", expected no source, accelerator, gpus and huggingFaceTokenSecret: the simulator loads no model; remove it, or name another model',
      'maas.yaml:2:95 models[0].canary.replicas.max: got 2, expected at least min, which is 3; raise max or lower min',
      'maas.yaml:3:44 models[1].canary: got 59.60 GiB of weights, 1.00 GiB of activations, 0.25 GiB of libraries, together 60.85 GiB, expected at most 17.62 GiB on each nvidia-l4, 0.8 of its 22.03 GiB: vLLM would not start; each of these fits: `gpus: 4`, `accelerator: nvidia-a100-80gb`',
    ].join('\n'),
  },
  {
    rule: 'external-keys',
    yaml: [
      'models:',
      '  - { name: a, source: hf://a/b, gpus: 2, replicas: { max: 2 }, host: a.maas.local, weight: 2, external: { baseUrl: https://a.example/v1, keySecret: a } }',
      '  - { name: qwen3, runtime: vllm, servedName: a-b, external: { baseUrl: https://a.example/v1, keySecret: a } }\n',
    ].join('\n'),
    message: [
      'maas.yaml:2:16 models[0].source: got "hf://a/b", expected nothing of pods beside `external`: a provider serves the model; remove it, or remove `external`',
      'maas.yaml:2:34 models[0].gpus: got 2, expected nothing of pods beside `external`: a provider serves the model; remove it, or remove `external`',
      'maas.yaml:2:43 models[0].replicas: got a map, expected nothing of pods beside `external`: a provider serves the model; remove it, or remove `external`',
      'maas.yaml:3:20 models[1].runtime: got "vllm", expected nothing of pods beside `external`: a provider serves the model; remove it, or remove `external`',
    ].join('\n'),
  },
  {
    rule: 'fallback-model',
    yaml: 'models:\n  - { name: simulator, fallback: simulator }\n  - { name: small, runtime: simulator, fallback: simulatr }\n',
    message: [
      'maas.yaml:2:34 models[0].fallback: got "simulator", expected another model: small; name another, or remove it',
      'maas.yaml:3:50 models[1].fallback: got "simulatr", expected another model: simulator; did you mean "simulator"?',
    ].join('\n'),
  },
  {
    rule: 'fallback-beside',
    yaml: [
      'models:',
      '  - { name: simulator, fallback: a, replicas: { min: 0, max: 1 }, scaling: { by: queue, target: 5 }, canary: { weight: 5, maxModelLength: 9 } }',
      '  - { name: a, source: hf://a/b, accelerator: nvidia, fallback: b, adapters: [{ name: c, source: hf://a/c }] }',
      '  - { name: b, runtime: simulator }\n',
    ].join('\n'),
    message: [
      'maas.yaml:2:49 models[0].replicas.min: got 0, expected at least 1: what the other model answers would not wake this one (beside `fallback`); remove it, or remove `fallback`',
      'maas.yaml:2:102 models[0].canary: got a map, expected no canary: requests go to one version and its fallback (beside `fallback`); remove it, or remove `fallback`',
      'maas.yaml:3:68 models[1].adapters: got a list of 1 item, expected no adapters, which the other model has not (beside `fallback`); remove it, or remove `fallback`',
    ].join('\n'),
  },
  {
    rule: 'fallback-awake',
    yaml: [
      'models:',
      '  - { name: simulator, fallback: sleepy }',
      '  - { name: sleepy, runtime: simulator, replicas: { min: 0, max: 1 }, scaling: { by: queue, target: 5 } }\n',
    ].join('\n'),
    message:
      'maas.yaml:2:34 models[0].fallback: got "sleepy", which may sleep, expected a model that always has a pod: what it answers for another does not wake it; raise models[1].replicas.min to 1, or name another',
  },
  {
    rule: 'fallback-kind',
    yaml: [
      'models:',
      '  - { name: mistral, fallback: bge-m3 }',
      '  - { name: bge-m3, fallback: simulator }',
      '  - { name: simulator, fallback: far }',
      '  - { name: nomic, fallback: far }',
      '  - { name: far, external: { baseUrl: https://api.example.com/v1, keySecret: far }, fallback: nomic }\n',
    ].join('\n'),
    message: [
      'maas.yaml:2:32 models[0].fallback: got "bge-m3", which embeds texts, expected a model that generates texts, as this one does; name another, or remove it',
      'maas.yaml:3:31 models[1].fallback: got "simulator", which generates texts, expected a model that embeds texts, as this one does; name another, or remove it',
    ].join('\n'),
  },
  {
    rule: 'fallback-istio',
    yaml: 'versions: { istio: 1.29.9 }\ntiers: [{ name: free, requests: { limit: 5, window: 1m } }]\nmodels: [{ name: simulator, fallback: a }, { name: a, runtime: simulator }]\n',
    message:
      'maas.yaml:1:20 versions.istio: got "1.29.9", expected 1.30.0 or newer for model simulator: its Envoy tries another model; upgrade Istio',
  },
  {
    rule: 'external-gateway',
    yaml: 'gateway: { create: false }\nmodels: [{ name: a, external: { baseUrl: https://a.example/v1, keySecret: a } }]\n',
    message:
      'maas.yaml:2:21 models[0].external: got an existing Gateway, expected a Gateway of the platform: the key of the provider is mounted into its pods; remove `create: false`',
  },
  {
    rule: 'external-url',
    yaml: 'models: [{ name: a, external: { baseUrl: "https://a.example:65536/v1.0", keySecret: a } }, { name: b, external: { baseUrl: https://xn--a.example, keySecret: a } }]\n',
    message: [
      'maas.yaml:1:42 models[0].external.baseUrl: got "https://a.example:65536/v1.0", expected a URL: a name of DNS, and no port beyond 65535; for example "https://api.openai.com/v1"',
      'maas.yaml:1:124 models[1].external.baseUrl: got "https://xn--a.example", expected a URL: a name of DNS, and no port beyond 65535; for example "https://api.openai.com/v1"',
    ].join('\n'),
  },
  {
    rule: 'external-istio',
    yaml: 'versions: { istio: 1.29.9 }\nlimits: { engine: tokenRateLimitPolicy }\nmodels: [{ name: a, external: { baseUrl: https://a.example/v1, keySecret: a } }]\n',
    message:
      'maas.yaml:1:20 versions.istio: got "1.29.9", expected 1.30.0 or newer for model a: its Envoy gives the provider its key; upgrade Istio',
  },
  {
    rule: 'external-conformance',
    yaml: 'conformance: {}\nmodels: [{ name: a, external: { baseUrl: https://a.example/v1, keySecret: a } }]\n',
    message:
      'maas.yaml:1:1 conformance: got the first model, "a", expected a model of the cluster: the test asks it past the gateway, too; name another as `model` below it',
  },
  {
    rule: 'external-conformance',
    yaml: 'conformance: { model: a }\nmodels: [{ name: simulator }, { name: a, external: { baseUrl: https://a.example/v1, keySecret: a } }]\n',
    message:
      'maas.yaml:1:23 conformance.model: got "a", expected a model of the cluster: the test asks it past the gateway, too; name another',
  },
  {
    rule: 'value-format',
    yaml: [
      'models:',
      '  - { name: a, external: { baseUrl: http://API.openai.com/v1/chat/completions, keySecret: a } }',
      '  - { name: b, external: { baseUrl: "https://user:sk-secret@a.example/v1", keySecret: sk-secret_Key } }',
      '  - { name: c, external: { baseUrl: api.openai.com/v1/, keySecret: a } }',
      '  - { name: d, external: { baseUrl: https://10.0.0.1/v1, keySecret: a } }',
      '  - { name: e, external: { baseUrl: https://a.0x1, keySecret: a } }\n',
    ].join('\n'),
    message: [
      'maas.yaml:2:37 models[0].external.baseUrl: got "http://API.openai.com/v1/chat/completions", expected a URL with https:// and a DNS name, in lower case, without user, "?", "#" and "/" at the end; for example "https://api.openai.com/v1"',
      'maas.yaml:3:37 models[1].external.baseUrl: got "https://…@a.example/v1", expected a URL with https:// and a DNS name, in lower case, without user, "?", "#" and "/" at the end; for example "https://api.openai.com/v1"',
      'maas.yaml:3:87 models[1].external.keySecret: got a text of 13 characters, expected the name of a Secret, not its value: lower-case letters, digits, "-" and ".", with a letter or digit at both ends; for example "my-secret"',
      'maas.yaml:4:37 models[2].external.baseUrl: got "api.openai.com/v1/", expected a URL with https:// and a DNS name, in lower case, without user, "?", "#" and "/" at the end; write "https://api.openai.com/v1"',
      'maas.yaml:5:37 models[3].external.baseUrl: got "https://10.0.0.1/v1", expected a URL with https:// and a DNS name, in lower case, without user, "?", "#" and "/" at the end; for example "https://api.openai.com/v1"',
      'maas.yaml:6:37 models[4].external.baseUrl: got "https://a.0x1", expected a URL with https:// and a DNS name, in lower case, without user, "?", "#" and "/" at the end; for example "https://api.openai.com/v1"',
    ].join('\n'),
  },
  {
    rule: 'scaling-range',
    yaml: 'models: [{ name: simulator, scaling: { by: queue, target: 5 } }]\n',
    message:
      'maas.yaml:1:29 models[0].scaling: got always 1, expected a range of replicas to choose from; for example `replicas: { min: 1, max: 3 }`, or remove `scaling`',
  },
  {
    rule: 'canary-version',
    yaml: 'models:\n  - { name: simulator, replicas: { min: 1, max: 3 }, scaling: { by: queue, target: 5 }, canary: { weight: 5, replicas: { min: 2 } } }\n',
    message:
      'maas.yaml:2:89 models[0].canary: got always 2, expected a range of replicas to choose from; for example `replicas: { min: 2, max: 4 }`, or remove `scaling`',
  },
  {
    rule: 'scaling-target',
    yaml: 'models: [{ name: simulator, replicas: { max: 2 }, scaling: { by: cache, target: 101 } }]\n',
    message:
      'maas.yaml:1:81 models[0].scaling.target: got 101, expected at most 100: percent of the KV cache of one replica; for example 70',
  },
  {
    rule: 'scaling-metric',
    yaml: [
      'models:',
      '  - { name: bge-m3, replicas: { max: 2 }, scaling: { by: tokens, target: 5 } }',
      '  - { name: nomic, replicas: { max: 2 }, scaling: { by: queue, target: 5 } }',
      '  - { name: own, source: hf://a/b, accelerator: nvidia, replicas: { max: 2 }, scaling: { by: cache, target: 7 }, arguments: [--runner, pooling] }\n',
    ].join('\n'),
    message: [
      'maas.yaml:2:58 models[0].scaling.by: got "tokens", expected queue for a model that embeds texts: it generates no token and keeps no KV cache; write `by: queue`',
      'maas.yaml:4:94 models[2].scaling.by: got "cache", expected queue for a model that embeds texts: it generates no token and keeps no KV cache; write `by: queue`',
    ].join('\n'),
  },
  {
    rule: 'scaling-by-cpu',
    yaml: [
      'models:',
      '  - { name: simulator, replicas: { max: 4 } }',
      '  - { name: granite, replicas: { max: 4 } }',
      '  - { name: bge-m3, accelerator: cpu, replicas: { max: 2 } }',
      '  - { name: mistral, replicas: { min: 2, max: 3 }, scaling: { by: queue, target: 5 } }',
      '  - { name: qwen3, replicas: { min: 3 } }\n',
    ].join('\n'),
    message:
      'maas.yaml:3:22 models[1].replicas: got 1 to 4 replicas, expected one number, or `scaling` beside the range: KServe would choose by CPU, which says nothing of a GPU; write `replicas: { min: 4 }`, or add `scaling: { by: queue, target: 5 }`, which needs KEDA',
  },
  {
    rule: 'canary-version',
    yaml: [
      'models:',
      '  - { name: mistral, canary: { weight: 5, replicas: { min: 2, max: 3 } } }',
      '  - { name: bge-m3, accelerator: cpu, replicas: { max: 2 }, canary: { weight: 5, accelerator: nvidia } }\n',
    ].join('\n'),
    message: [
      'maas.yaml:2:43 models[0].canary.replicas: got 2 to 3 replicas, expected one number, or `scaling` beside the range: KServe would choose by CPU, which says nothing of a GPU; write `replicas: { min: 3 }`, or add `scaling: { by: queue, target: 5 }`, which needs KEDA',
      'maas.yaml:3:61 models[1].canary: got 1 to 2 replicas, expected one number, or `scaling` beside the range: KServe would choose by CPU, which says nothing of a GPU; write `replicas: { min: 2 }`, or add `scaling: { by: queue, target: 5 }`, which needs KEDA',
    ].join('\n'),
  },
  {
    rule: 'scaling-cooldown',
    yaml: 'models:\n  - { name: simulator, replicas: { max: 2 }, scaling: { by: queue, target: 5, cooldown: 61m } }\n  - { name: qwen3, accelerator: nvidia-l4, replicas: { max: 2 }, scaling: { by: queue, target: 5, cooldown: 500ms } }\n',
    message: [
      'maas.yaml:2:89 models[0].scaling.cooldown: got "61m", expected whole seconds, from 1s to 1h; for example "5m"',
      'maas.yaml:3:109 models[1].scaling.cooldown: got "500ms", expected whole seconds, from 1s to 1h; for example "5m"',
    ].join('\n'),
  },
  {
    rule: 'scaling-metrics',
    yaml: 'models: [{ name: simulator, replicas: { max: 2 }, scaling: { by: queue, target: 5 } }]\nobservability: { prometheus: false }\n',
    message:
      'maas.yaml:1:51 models[0].scaling: got no metrics to scale by, expected a Prometheus that KEDA can ask, which scrapes what the monitors say; write `observability: { prometheusAddress: http://…, serviceMonitors: true }`, or let one be rendered',
  },
  {
    rule: 'scaling-metrics',
    yaml: 'models: [{ name: simulator, replicas: { max: 2 }, scaling: { by: queue, target: 5 } }]\nobservability: { prometheus: false, prometheusAddress: http://prometheus.monitoring.svc:9090 }\n',
    message:
      'maas.yaml:1:51 models[0].scaling: got no metrics to scale by, expected a Prometheus that KEDA can ask, which scrapes what the monitors say; write `observability: { serviceMonitors: true }`, or let one be rendered',
  },
  {
    rule: 'scaling-metrics',
    yaml: 'platform: openshift\ndomain: apps.example.com\nmodels: [{ name: simulator, replicas: { max: 2 }, scaling: { by: queue, target: 5 } }]\n',
    message:
      'maas.yaml:3:51 models[0].scaling: got no metrics to scale by, expected a Prometheus that KEDA can ask, which scrapes what the monitors say; write `observability: { prometheusAddress: http://… }`, or let one be rendered',
  },
  {
    rule: 'replicas-zero',
    yaml: 'models: [{ name: simulator, replicas: { min: 0, max: 2 } }]\n',
    message:
      'maas.yaml:1:46 models[0].replicas.min: got 0, expected at least 1 without `scaling`: KServe cannot scale a plain Deployment to zero; write 1, add `scaling`, or remove the model',
  },
  {
    rule: 'resource-unit',
    yaml: 'models:\n  - { name: simulator, resources: { requests: { memory: "8" }, limits: { memory: 512m } } }\n',
    message: [
      'maas.yaml:2:57 models[0].resources.requests.memory: got "8", expected at least 1Mi, in whole bytes; did you mean "8Gi"?',
      'maas.yaml:2:82 models[0].resources.limits.memory: got "512m", expected at least 1Mi, in whole bytes; did you mean "512Mi"?',
    ].join('\n'),
  },
  {
    rule: 'resource-unit',
    yaml: 'models: [{ name: qwen3, resources: { requests: { ephemeralStorage: "40" } } }]\n',
    message:
      'maas.yaml:1:68 models[0].resources.requests.ephemeralStorage: got "40", expected at least 1Mi, in whole bytes; did you mean "40Gi"?',
  },
  {
    rule: 'resource-unit',
    yaml: 'models: [{ name: simulator, resources: { limits: { cpu: 8Gi, memory: 0Gi } } }]\n',
    message: [
      'maas.yaml:1:57 models[0].resources.limits.cpu: got "8Gi", expected a number of CPUs, or of thousandths with "m"; did you mean "8"?',
      'maas.yaml:1:70 models[0].resources.limits.memory: got "0Gi", expected at least 1Mi, in whole bytes; for example "8Gi"',
    ].join('\n'),
  },
  {
    rule: 'rendered-argument',
    yaml: 'models:\n  - name: qwen3\n    arguments:\n      - --port=9000\n      - --model=Qwen/Qwen3-8B\n      - --served-model-name\n      - qwen\n      - --max-model-len=40960\n      - --revision=main\n      - -tp=2\n      - --tensor_parallel_size=2\n      - --no-enable-force-include-usage\n',
    message: [
      'maas.yaml:4:9 models[0].arguments[0]: got "--port=9000", expected no --port: probes and Services expect 8080; remove it',
      'maas.yaml:5:9 models[0].arguments[1]: got "--model=Qwen/Qwen3-8B", expected no --model: `source` renders it; remove it, and write `source` instead',
      'maas.yaml:6:9 models[0].arguments[2]: got "--served-model-name", expected no --served-model-name: `servedName` renders it; remove it, and write `servedName` instead',
      'maas.yaml:8:9 models[0].arguments[4]: got "--max-model-len=40960", expected no --max-model-len: `maxModelLength` renders it; remove it, and write `maxModelLength` instead',
      'maas.yaml:9:9 models[0].arguments[5]: got "--revision=main", expected no --revision: `source: hf://<model>:<revision>` renders it; remove it, and write `source` instead',
      'maas.yaml:10:9 models[0].arguments[6]: got "-tp=2", expected no -tp: `gpus` renders it, and asks for as many; remove it, and write `gpus` instead',
      'maas.yaml:11:9 models[0].arguments[7]: got "--tensor_parallel_size=2", expected no --tensor-parallel-size: `gpus` renders it, and asks for as many; remove it, and write `gpus` instead',
      'maas.yaml:12:9 models[0].arguments[8]: got "--no-enable-force-include-usage", expected no --no-enable-force-include-usage: token limits need the usage in every stream; remove it',
    ].join('\n'),
  },
  {
    rule: 'rendered-argument',
    yaml: 'models: [{ name: simulator, arguments: [--mode, echo, --max-model-len=2048, --force-dummy-tokenizer=false] }]\n',
    message: [
      'maas.yaml:1:41 models[0].arguments[0]: got "--mode", expected no --mode: the simulator answers with random text; remove it',
      'maas.yaml:1:55 models[0].arguments[2]: got "--max-model-len=2048", expected no --max-model-len: `maxModelLength` renders it; remove it, and write `maxModelLength` instead',
      'maas.yaml:1:77 models[0].arguments[3]: got "--force-dummy-tokenizer=false", expected no --force-dummy-tokenizer: without it the simulator asks Hugging Face for a tokenizer; remove it',
    ].join('\n'),
  },
  {
    rule: 'rendered-argument',
    yaml: 'models: [{ name: own, source: hf://a/b, accelerator: nvidia, maxModelLength: 9, arguments: [--max-model-len, "10"] }]\n',
    message:
      'maas.yaml:1:93 models[0].arguments[0]: got "--max-model-len", expected no --max-model-len: `maxModelLength` renders it; remove it, and write `maxModelLength` instead',
  },
  {
    rule: 'rendered-argument',
    yaml: 'models: [{ name: qwen3, arguments: [--por=9000, "--port 9000"] }]\n',
    message: [
      'maas.yaml:1:37 models[0].arguments[0]: got "--por=9000", expected no --port: probes and Services expect 8080; remove it',
      'maas.yaml:1:49 models[0].arguments[1]: got "--port 9000", expected no --port: probes and Services expect 8080; remove it',
    ].join('\n'),
  },
  {
    rule: 'refused-argument',
    yaml: 'models:\n  - name: qwen3\n    arguments:\n      - --api_key=a_secret_key\n      - --api-key\n      - a_secret_key\n      - --api-key a_secret_key\n      - --hf-token=a_secret_key\n      - --host=127.0.0.1\n      - --uds=/tmp/socket\n      - --ssl-keyfile=/tls/tls.key\n      - --enable-ssl-refresh\n      - --root-path=/qwen\n      - --headless\n      - --grpc\n      - --tokens-only\n      - --nnodes=2\n',
    message: [
      'maas.yaml:4:9 models[0].arguments[0]: got "--api-key", expected no --api-key: it would stand in dist/ for all to read, and the gateway sends no key to models; remove it: `users` have the keys, which the gateway asks for',
      'maas.yaml:5:9 models[0].arguments[1]: got "--api-key", expected no --api-key: it would stand in dist/ for all to read, and the gateway sends no key to models; remove it: `users` have the keys, which the gateway asks for',
      'maas.yaml:7:9 models[0].arguments[3]: got "--api-key", expected no --api-key: it would stand in dist/ for all to read, and the gateway sends no key to models; remove it: `users` have the keys, which the gateway asks for',
      'maas.yaml:8:9 models[0].arguments[4]: got "--hf-token", expected no --hf-token: it would stand in dist/ for all to read; remove it, and write `huggingFaceTokenSecret` instead',
      'maas.yaml:9:9 models[0].arguments[5]: got "--host=127.0.0.1", expected no --host: the gateway and the probes reach the pod by its address; remove it',
      'maas.yaml:10:9 models[0].arguments[6]: got "--uds=/tmp/socket", expected no --uds: the gateway and the probes reach the pod by its address; remove it',
      'maas.yaml:11:9 models[0].arguments[7]: got "--ssl-keyfile=/tls/tls.key", expected no --ssl-keyfile: the gateway and the probes speak plain HTTP with it; remove it',
      'maas.yaml:12:9 models[0].arguments[8]: got "--enable-ssl-refresh", expected no --enable-ssl-refresh: the gateway and the probes speak plain HTTP with it; remove it',
      'maas.yaml:13:9 models[0].arguments[9]: got "--root-path=/qwen", expected no --root-path: the gateway and the probes put no prefix before their paths; remove it',
      'maas.yaml:14:9 models[0].arguments[10]: got "--headless", expected no --headless: nothing would answer; remove it',
      'maas.yaml:15:9 models[0].arguments[11]: got "--grpc", expected no --grpc: the gateway and the probes speak plain HTTP with it; remove it',
      'maas.yaml:16:9 models[0].arguments[12]: got "--tokens-only", expected no --tokens-only: it closes the paths to which the gateway sends requests; remove it',
      'maas.yaml:17:9 models[0].arguments[13]: got "--nnodes=2", expected no --nnodes: a replica is one pod, and others would be waited for; remove it',
    ].join('\n'),
  },
  {
    rule: 'refused-argument',
    yaml: 'models: [{ name: simulator, arguments: [--self-signed-certs] }]\n',
    message:
      'maas.yaml:1:41 models[0].arguments[0]: got "--self-signed-certs", expected no --self-signed-certs: the gateway and the probes speak plain HTTP with it; remove it',
  },
  {
    rule: 'argument-form',
    yaml: 'models:\n  - { name: qwen3, arguments: [garbage, "--max-num-seqs 64", "7", --seed=1, "2"] }\n  - { name: simulator, arguments: ["--time-to-first-token 500"] }\n',
    message: [
      'maas.yaml:2:32 models[0].arguments[0]: got "garbage", expected a flag, or a value behind one; put its flag before it, or remove it',
      'maas.yaml:2:41 models[0].arguments[1]: got "--max-num-seqs 64", expected no space in the name of a flag; write "--max-num-seqs=64", or flag and value as two items',
      'maas.yaml:2:62 models[0].arguments[2]: got "7", expected a flag, or a value behind one; put its flag before it, or remove it',
      'maas.yaml:2:77 models[0].arguments[4]: got "2", expected a flag, or a value behind one; put its flag before it, or remove it',
      'maas.yaml:3:36 models[1].arguments[0]: got "--time-to-first-token 500", expected no space in the name of a flag; write "--time-to-first-token=500", or flag and value as two items',
    ].join('\n'),
  },
  {
    rule: 'argument-value',
    yaml: 'models:\n  - { name: a, source: hf://a/b, accelerator: nvidia, arguments: [--gpu-memory-utilization=1.5, --dtype, int8] }\n  - { name: b, source: hf://a/b, accelerator: nvidia, gpus: 2, arguments: [-pp=2, -dp, "2", --prefill-context-parallel-size=2] }\n  - { name: c, source: hf://a/b, accelerator: nvidia, arguments: [--gpu-memory-utilization=0, --gpu-memory-utilization] }\n',
    message: [
      'maas.yaml:2:67 models[0].arguments[0]: got "--gpu-memory-utilization=1.5", expected a part of the memory, above 0 and at most 1; for example "--gpu-memory-utilization=0.9"',
      'maas.yaml:2:97 models[0].arguments[1]: got "--dtype int8", expected one of auto, half, float16, bfloat16, float, float32; write one of them, or remove it; fewer bits are for `--quantization`',
      'maas.yaml:3:76 models[1].arguments[0]: got "-pp=2", expected 1: a pod has as many GPUs as `gpus` says, over which tensor parallelism splits the model already; remove it, and raise `gpus` instead',
      'maas.yaml:3:83 models[1].arguments[1]: got "-dp 2", expected 1: a pod has as many GPUs as `gpus` says, over which tensor parallelism splits the model already; remove it, and raise `replicas` instead',
      'maas.yaml:3:93 models[1].arguments[3]: got "--prefill-context-parallel-size=2", expected 1: a pod has as many GPUs as `gpus` says, over which tensor parallelism splits the model already; remove it, and raise `gpus` instead',
      'maas.yaml:4:67 models[2].arguments[0]: got "--gpu-memory-utilization=0", expected a part of the memory, above 0 and at most 1; for example "--gpu-memory-utilization=0.9"',
      'maas.yaml:4:95 models[2].arguments[1]: got "--gpu-memory-utilization", expected a part of the memory, above 0 and at most 1; for example "--gpu-memory-utilization=0.9"',
    ].join('\n'),
  },
  {
    rule: 'unmeasured-server',
    yaml: 'models:\n  - { name: qwen3, arguments: [--disable-log-stats] }\n  - { name: granite, arguments: [--disable_log_stats], replicas: { max: 2 }, scaling: { by: queue, target: 5 } }\n',
    message: [
      'maas.yaml:2:32 models[0].arguments[0]: got "--disable-log-stats", expected no --disable-log-stats: vLLM would have no metrics, which Prometheus is to scrape; remove it, or let nothing be scraped (`observability`)',
      'maas.yaml:3:34 models[1].arguments[0]: got "--disable_log_stats", expected no --disable-log-stats: vLLM would have no metrics, by which `scaling` decides; remove it',
    ].join('\n'),
  },
  {
    rule: 'download-folder',
    yaml: 'models:\n  - { name: qwen3, arguments: [--download-dir=/tmp/a], cache: { existingClaim: c } }\n  - { name: granite, arguments: [--download-dir=/tmp/a] }\n',
    message:
      'maas.yaml:2:32 models[0].arguments[0]: got "--download-dir=/tmp/a", expected no --download-dir beside `cache`, which says where weights are kept; remove one of them',
  },
  {
    rule: 'removed-argument',
    yaml: 'models:\n  - { name: a, source: hf://a/b, accelerator: nvidia, arguments: [--task=embed] }\n  - { name: b, source: hf://a/b, accelerator: nvidia, arguments: [--task, generate] }\n  - { name: c, source: hf://a/b, accelerator: old, arguments: [--task=embed] }\naccelerators: [{ name: old, like: nvidia-l4, image: registry.example.com/vllm:v0.9.2 }]\n',
    message: [
      'maas.yaml:2:67 models[0].arguments[0]: got "--task=embed", expected no --task, which vLLM 0.13 has removed; write "--runner=pooling"',
      'maas.yaml:3:67 models[1].arguments[0]: got "--task", expected no --task, which vLLM 0.13 has removed; remove it',
    ].join('\n'),
  },
  {
    rule: 'replica-range',
    yaml: 'models: [{ name: simulator, replicas: { min: 3, max: 2 } }]\n',
    message: 'maas.yaml:1:54 models[0].replicas.max: got 2, expected at least min, which is 3; raise max or lower min',
  },
  {
    rule: 'resource-range',
    yaml: 'models:\n  - name: simulator\n    resources: { requests: { cpu: 1500m }, limits: { cpu: "1" } }\n',
    message:
      'maas.yaml:3:35 models[0].resources.requests.cpu: got "1500m", expected at most the limit, 1; lower the request or raise the limit',
  },
  {
    rule: 'resource-range',
    yaml: 'models:\n  - name: simulator\n    resources: { limits: { memory: 200Mi } }\n',
    message:
      'maas.yaml:3:36 models[0].resources.limits.memory: got "200Mi", expected at least the request, 256Mi; raise the limit or write a lower request',
  },
  {
    rule: 'model-weights',
    yaml: 'models: [{ name: simulator, weight: 2, tokenWeights: { cached: 0.1 } }]\n',
    message:
      'maas.yaml:1:40 models[0].tokenWeights: got weight and tokenWeights, expected either weight, for every token, or tokenWeights, by kind; remove one of them',
  },
  {
    rule: 'canary-adapters',
    yaml: 'models:\n  - name: qwen3\n    accelerator: nvidia-l4\n    adapters: [{ name: sql, source: hf://a/sql }]\n    canary: { weight: 1, source: hf://a/b, arguments: [] }\n  - name: granite\n    accelerator: nvidia-l40s\n    canary: { weight: 1, adapters: [{ name: law, source: hf://a/law }] }\n',
    message: [
      'maas.yaml:5:5 models[0].canary: got no adapter sql, expected the adapters of its model, by name: a request for one may go to either version; give both versions `adapters` of the same names, or neither',
      'maas.yaml:8:26 models[1].canary.adapters: got an adapter law, expected the adapters of its model, by name: a request for one may go to either version; give both versions `adapters` of the same names, or neither',
    ].join('\n'),
  },
  {
    rule: 'shared-memory',
    yaml: 'models:\n  - { name: granite, accelerator: nvidia-l40s, gpus: 4, resources: { requests: { memory: 1Gi }, limits: { memory: 2Gi } } }\n  - { name: qwen3, accelerator: nvidia, gpus: 16 }\n',
    message: [
      'maas.yaml:2:115 models[0].resources.limits.memory: got "2Gi", expected more than 2Gi, which its 4 GPUs may share at /dev/shm; raise the limit',
      'maas.yaml:3:47 models[1].gpus: got a memory limit of 8Gi, expected more than 8Gi, which its 16 GPUs may share at /dev/shm; add `resources.limits.memory`',
    ].join('\n'),
  },
  {
    rule: 'adapter-model',
    yaml: 'models:\n  - { name: simulator, adapters: [{ name: a, source: hf://a/b }] }\n  - { name: nomic, adapters: [{ name: b, source: hf://a/b }] }\n',
    message: [
      'maas.yaml:2:24 models[0].adapters: got adapters, expected none: the simulator loads no model; remove them, or write `runtime: vllm`',
      'maas.yaml:3:20 models[1].adapters: got adapters, expected none for a model that embeds texts; remove them',
    ].join('\n'),
  },
  {
    rule: 'adapter-source',
    yaml: 'models:\n  - name: qwen3\n    accelerator: nvidia-l4\n    adapters: [{ name: a, source: "hf://a/b:v1" }, { name: b, source: a/b }, { name: c, source: s3://a/b }]\n',
    message: [
      'maas.yaml:4:35 models[0].adapters[0].source: got "hf://a/b:v1", expected hf://<organization>/<adapter>, of which vLLM loads the main branch; write "hf://a/b"',
      'maas.yaml:4:71 models[0].adapters[1].source: got "a/b", expected hf://<organization>/<adapter>, of which vLLM loads the main branch; write "hf://a/b"',
      'maas.yaml:4:97 models[0].adapters[2].source: got "s3://a/b", expected hf://<organization>/<adapter>, of which vLLM loads the main branch; for example "hf://acme/qwen3-sql-lora"',
    ].join('\n'),
  },
  {
    rule: 'adapter-rank',
    yaml: 'models:\n  - { name: qwen3, accelerator: nvidia-l4, adapters: [{ name: a, source: hf://a/b }], adapterRank: 24 }\n  - { name: granite, accelerator: nvidia-l40s, adapterRank: 32 }\n',
    message: [
      'maas.yaml:2:100 models[0].adapterRank: got 24, expected one of 8, 16, 32, 64, 128, 256, 320, 512; write 32',
      'maas.yaml:3:48 models[1].adapterRank: got 32, expected nothing without adapters: it has no effect; remove it, or add `adapters`',
    ].join('\n'),
  },
  {
    rule: 'unique-adapter-name',
    yaml: 'models:\n  - name: qwen3\n    accelerator: nvidia-l4\n    adapters: [{ name: simulator-model, source: hf://a/b }, { name: a, source: hf://a/b }, { name: a, source: hf://a/c }]\n  - { name: simulator }\n',
    message: [
      'maas.yaml:4:24 models[0].adapters[0].name: got "simulator-model", expected a name of its own (model simulator has the same); rename it',
      'maas.yaml:4:100 models[0].adapters[2].name: got "a", expected a name of its own (an adapter of model qwen3 has the same); rename it',
    ].join('\n'),
  },
  {
    rule: 'cache-place',
    yaml: 'models:\n  - { name: qwen3, accelerator: nvidia-l4, cache: {} }\n  - { name: granite, accelerator: nvidia-l40s, cache: { existingClaim: a, nodeGroup: b, size: 1Gi } }\n',
    message: [
      'maas.yaml:2:44 models[0].cache: got no place, expected exactly one of existingClaim, nodeGroup; add one, or remove `cache`',
      'maas.yaml:3:48 models[1].cache: got existingClaim and nodeGroup, expected exactly one of existingClaim, nodeGroup; remove one',
    ].join('\n'),
  },
  {
    rule: 'cache-keys',
    yaml: 'models:\n  - { name: qwen3, accelerator: nvidia-l4, cache: { existingClaim: a, size: 1Gi } }\n  - { name: granite, accelerator: nvidia-l40s, cache: { nodeGroup: a, offline: true } }\n  - { name: mistral, accelerator: nvidia-l40s, cache: { nodeGroup: a, size: "0" } }\n',
    message: [
      'maas.yaml:2:71 models[0].cache.size: got "1Gi", expected nothing with `existingClaim`: it has no effect; remove it',
      'maas.yaml:3:48 models[1].cache: got no size, expected what the weights take on a disk; add it, for example `size: 20Gi`',
      'maas.yaml:3:71 models[1].cache.offline: got true, expected nothing with `nodeGroup`: it has no effect; remove it',
      'maas.yaml:4:77 models[2].cache.size: got "0", expected the size of a volume; for example "20Gi"',
    ].join('\n'),
  },
  {
    rule: 'cache-group-name-length',
    yaml: `models:\n  - { name: m1, source: hf://a/b, accelerator: nvidia, cache: { nodeGroup: ${'a'.repeat(126)}, size: 1Gi } }\n  - { name: m2, source: hf://a/b, accelerator: nvidia, cache: { nodeGroup: ${'a'.repeat(125)}, size: 1Gi } }\n`,
    message:
      "maas.yaml:2:76 models[0].cache.nodeGroup: got 126 characters, expected at most 125, so that KServe's volume <cache>-<group>-<namespace> has at most 253; make the LocalModelNodeGroup anew, with a shorter name",
  },
  {
    rule: 'cache-source',
    yaml: 'models:\n  - { name: simulator, cache: { existingClaim: a } }\n  - { name: m1, source: s3://a/b, accelerator: nvidia, cache: { existingClaim: a } }\n  - { name: m2, source: pvc://a/b, accelerator: nvidia, cache: { nodeGroup: a, size: 1Gi } }\n  - { name: m3, source: oci://a/b, accelerator: nvidia, cache: { nodeGroup: a, size: 1Gi } }\n  - { name: m4, source: hf://a/b, accelerator: nvidia, cache: { existingClaim: a } }\n',
    message: [
      'maas.yaml:2:24 models[0].cache: got a cache, expected none: the simulator loads no model; remove it, or write `runtime: vllm`',
      'maas.yaml:3:56 models[1].cache: got "s3://a/b", expected weights or adapters of Hugging Face, which alone a claim keeps; remove it, or write a source that begins with hf://',
      'maas.yaml:4:57 models[2].cache: got "pvc://a/b", expected weights that are loaded: these are in a volume or an image; remove it',
      'maas.yaml:5:57 models[3].cache: got "oci://a/b", expected weights that are loaded: these are in a volume or an image; remove it',
    ].join('\n'),
  },
  {
    rule: 'cache-size',
    yaml: 'models:\n  - { name: m1, source: hf://a/b, accelerator: nvidia, cache: { nodeGroup: a, size: 1Gi } }\n  - { name: m2, source: hf://a/b, accelerator: nvidia, cache: { nodeGroup: b, size: 2Gi } }\n  - { name: m3, source: hf://a/b, accelerator: nvidia, cache: { nodeGroup: b, size: 1Gi } }\n',
    message:
      'maas.yaml:3:85 models[1].cache.size: got "2Gi", expected 1Gi, as model m1 says of the same weights; write 1Gi in both',
  },
  {
    rule: 'cache-size',
    yaml: 'models:\n  - name: m1\n    source: hf://a/b\n    accelerator: nvidia\n    cache: { nodeGroup: a, size: 1Gi }\n    canary: { weight: 1, arguments: [], cache: { nodeGroup: b, size: 2Gi } }\n  - name: m2\n    source: hf://a/c\n    accelerator: nvidia\n    cache: { nodeGroup: a, size: 1Gi }\n    canary: { weight: 1, source: hf://a/d, cache: { nodeGroup: a, size: 3Gi } }\n  - { name: m3, source: hf://a/d, accelerator: nvidia, cache: { nodeGroup: b, size: 4Gi } }\n',
    message: [
      'maas.yaml:6:70 models[0].canary.cache.size: got "2Gi", expected 1Gi, as model m1 says of the same weights; write 1Gi in both',
      'maas.yaml:12:85 models[2].cache.size: got "4Gi", expected 3Gi, as the canary of model m2 says of the same weights; write 3Gi in both',
    ].join('\n'),
  },
  {
    rule: 'hugging-face-source',
    yaml: 'models:\n  - { name: m0, accelerator: nvidia, source: "hf://a/b:x:y" }\n  - { name: m1, accelerator: nvidia, source: "hf://a/b:" }\n  - { name: m2, accelerator: nvidia, source: "hf://a/b@main" }\n  - { name: m3, accelerator: nvidia, source: "hf://a/b/c" }\n  - { name: m4, accelerator: nvidia, source: "hf://a/b/" }\n  - { name: m5, accelerator: nvidia, source: "hf://:x" }\n  - { name: m6, accelerator: nvidia, source: "https://huggingface.co/a/b" }\n  - { name: m7, accelerator: nvidia, source: "https://huggingface.co/a/b/tree/v1/" }\n',
    message: [
      'maas.yaml:2:46 models[0].source: got "hf://a/b:x:y", expected hf://<organization>/<model>, with a branch, tag or commit after ":"; for example "hf://Qwen/Qwen3-0.6B:main"',
      'maas.yaml:3:46 models[1].source: got "hf://a/b:", expected hf://<organization>/<model>, with a branch, tag or commit after ":"; write "hf://a/b"',
      'maas.yaml:4:46 models[2].source: got "hf://a/b@main", expected hf://<organization>/<model>, with a branch, tag or commit after ":"; write "hf://a/b:main"',
      'maas.yaml:5:46 models[3].source: got "hf://a/b/c", expected hf://<organization>/<model>, with a branch, tag or commit after ":"; for example "hf://Qwen/Qwen3-0.6B:main"',
      'maas.yaml:6:46 models[4].source: got "hf://a/b/", expected hf://<organization>/<model>, with a branch, tag or commit after ":"; write "hf://a/b"',
      'maas.yaml:7:46 models[5].source: got "hf://:x", expected hf://<organization>/<model>, with a branch, tag or commit after ":"; for example "hf://Qwen/Qwen3-0.6B:main"',
      'maas.yaml:8:46 models[6].source: got "https://huggingface.co/a/b", expected hf://<organization>/<model>, with a branch, tag or commit after ":": this is a page, and no file; write "hf://a/b"',
      'maas.yaml:9:46 models[7].source: got "https://huggingface.co/a/b/tree/v1/", expected hf://<organization>/<model>, with a branch, tag or commit after ":": this is a page, and no file; write "hf://a/b:v1"',
    ].join('\n'),
  },
  {
    rule: 'monitor-label',
    yaml: 'observability:\n  monitorLabels:\n    a b: x\n    Example.com/a: x\n    /a: x\n    a: x y\n    b: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n    app.kubernetes.io/part-of: x\n    cdk8s-maas/deletion-protection: "true"\n    example.com/A_b.c: ""\n',
    message: [
      'maas.yaml:3:5 observability.monitorLabels["a b"]: got "a b", expected up to 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends; before them at most a DNS name with "/"; for example "release"',
      'maas.yaml:4:5 observability.monitorLabels["Example.com/a"]: got "Example.com/a", expected up to 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends; before them at most a DNS name with "/"; for example "release"',
      'maas.yaml:5:5 observability.monitorLabels["/a"]: got "/a", expected up to 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends; before them at most a DNS name with "/"; for example "release"',
      'maas.yaml:6:8 observability.monitorLabels.a: got "x y", expected up to 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends; for example "kube-prometheus-stack"',
      'maas.yaml:7:8 observability.monitorLabels.b: got "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…, expected up to 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends; for example "kube-prometheus-stack"',
      'maas.yaml:8:5 observability.monitorLabels["app.kubernetes.io/part-of"]: got "app.kubernetes.io/part-of", expected none of the platform\'s own labels; remove it',
      'maas.yaml:9:5 observability.monitorLabels["cdk8s-maas/deletion-protection"]: got "cdk8s-maas/deletion-protection", expected none of the platform\'s own labels; remove it',
    ].join('\n'),
  },
  // Infrastructure
  {
    rule: 'existing-gateway',
    yaml: 'gateway: { create: false, tls: { secretName: own, issuer: { name: own } }, serviceType: NodePort }\n',
    message: [
      'maas.yaml:1:34 gateway.tls.secretName: got "own", expected nothing that its owner decides beside `create: false`: the Gateway is somebody else\'s; remove it, or remove `create: false`',
      "maas.yaml:1:51 gateway.tls.issuer: got a map, expected nothing that its owner decides beside `create: false`: the Gateway is somebody else's; remove it, or remove `create: false`",
      'maas.yaml:1:76 gateway.serviceType: got "NodePort", expected nothing that its owner decides beside `create: false`: the Gateway is somebody else\'s; remove it, or remove `create: false`',
    ].join('\n'),
  },
  {
    rule: 'token-replicas',
    yaml: 'gateway: { create: false, replicas: 3 }\n',
    message:
      'maas.yaml:1:37 gateway.replicas: got 3, expected 1 while a tier has token limits, which are counted inside one gateway pod; write 1, `limits.perReplica: divide` or `limits.engine: tokenRateLimitPolicy`',
  },
  {
    rule: 'gateway-name-length',
    yaml: `gateway: { name: ${'g'.repeat(58)} }\n`,
    message:
      'maas.yaml:1:18 gateway.name: got 58 characters, expected at most 57, so that its Service <name>-istio has at most 63; shorten it',
  },
  {
    rule: 'minio-size',
    yaml: 'storage: { minio: { size: "0" } }\n',
    message: 'maas.yaml:1:27 storage.minio.size: got "0", expected the size of a volume; for example "20Gi"',
  },
  // What would do nothing
  {
    rule: 'no-effect',
    yaml: 'models: []\ngateway: { platformHost: list.maas.local }\n',
    message:
      'maas.yaml:2:12 gateway.platformHost: got "list.maas.local", expected nothing while there are no models to list: it has no effect; remove it',
  },
  {
    rule: 'no-effect',
    yaml: 'limits: { onFailure: deny, redis: {} }\n',
    message: [
      'maas.yaml:1:11 limits.onFailure: got "deny", expected nothing while Limitador counts nothing: it has no effect; remove it, or give a tier `requests`',
      'maas.yaml:1:28 limits.redis: got an empty map, expected nothing while Limitador counts nothing: it has no effect; remove it, or give a tier `requests`',
    ].join('\n'),
  },
  {
    rule: 'no-effect',
    yaml: 'tiers: [{ name: free, tokens: {}, enforce: false }]\ndomain: models.example.com\nlimits: { redis: {}, engine: tokenRateLimitPolicy, overshoot: none, perReplica: divide }\nobservability: { ledger: true, userLabel: true }\n',
    message: [
      'maas.yaml:1:35 tiers[0].enforce: got false, expected nothing while the tier has no token limits: it has no effect; remove it, or add `tokens`',
      'maas.yaml:3:11 limits.redis: got an empty map, expected nothing while Limitador counts nothing: it has no effect; remove it, or give a tier `requests`',
      'maas.yaml:3:22 limits.engine: got "tokenRateLimitPolicy", expected nothing while no tier has token limits: it has no effect; remove it, or give a tier `tokens`',
      'maas.yaml:3:52 limits.overshoot: got "none", expected nothing while no tier has token limits: it has no effect; remove it, or give a tier `tokens`',
      'maas.yaml:3:69 limits.perReplica: got "divide", expected nothing while no tier has token limits: it has no effect; remove it, or give a tier `tokens`',
      'maas.yaml:4:18 observability.ledger: got true, expected nothing while no tier has token limits: it has no effect; remove it, or give a tier `tokens`',
      'maas.yaml:4:32 observability.userLabel: got true, expected nothing while no tier has token limits: it has no effect; remove it, or give a tier `tokens`',
    ].join('\n'),
  },
  {
    rule: 'no-effect',
    yaml: 'limits: { perReplica: divide }\n',
    message:
      'maas.yaml:1:11 limits.perReplica: got "divide", expected nothing while there is one gateway pod: it has no effect; remove it, or raise gateway.replicas',
  },
  {
    rule: 'no-effect',
    yaml: 'limits: { engine: tokenRateLimitPolicy }\nobservability: { ledger: true, userLabel: true }\n',
    message: [
      'maas.yaml:2:18 observability.ledger: got true, expected nothing with the engine tokenRateLimitPolicy, whose tokens only Limitador knows: it has no effect; remove it, or write `limits.engine: envoyFilter`',
      'maas.yaml:2:32 observability.userLabel: got true, expected nothing with the engine tokenRateLimitPolicy, whose tokens only Limitador knows: it has no effect; remove it, or write `limits.engine: envoyFilter`',
    ].join('\n'),
  },
  {
    rule: 'no-effect',
    yaml: 'observability: { prometheus: false, replicas: 3, monitorLabels: { release: a }, namespace: metrics }\n',
    message: [
      'maas.yaml:1:37 observability.replicas: got 3, expected nothing beside `prometheus: false`: it has no effect; remove it',
      'maas.yaml:1:50 observability.monitorLabels: got a map, expected nothing while there are no ServiceMonitors: it has no effect; remove it, or add `serviceMonitors: true`',
      'maas.yaml:1:81 observability.namespace: got "metrics", expected nothing while there is neither Prometheus nor ServiceMonitors: it has no effect; remove it',
    ].join('\n'),
  },
  {
    rule: 'no-effect',
    yaml: 'models: [{ name: simulator, replicas: { max: 2 }, scaling: { by: queue, target: 5 } }]\nobservability: { prometheusAddress: http://prometheus.monitoring.svc:9090 }\n',
    message:
      'maas.yaml:2:18 observability.prometheusAddress: got "http://prometheus.monitoring.svc:9090", expected nothing beside the Prometheus that is rendered: it has no effect; remove it, or add `prometheus: false`',
  },
  {
    rule: 'no-effect',
    yaml: 'observability: { prometheus: false, serviceMonitors: true, prometheusAddress: http://prometheus.monitoring.svc:9090 }\n',
    message:
      'maas.yaml:1:60 observability.prometheusAddress: got "http://prometheus.monitoring.svc:9090", expected nothing while no model has `scaling`: it has no effect; remove it',
  },
  {
    rule: 'no-effect',
    yaml: 'identity: { apiKeys: { prefixes: [Key] }, oidc: { issuerUrl: https://login.test } }\nkserve: { configure: false, namespace: kserve }\n',
    message: [
      'maas.yaml:1:24 identity.apiKeys.prefixes: got a list of 1 item, expected nothing while API keys are off: it has no effect; remove it, or write `enabled: true` beside it',
      'maas.yaml:2:29 kserve.namespace: got "kserve", expected nothing beside `configure: false`: it has no effect; remove it',
    ].join('\n'),
  },
  {
    rule: 'no-effect',
    yaml: 'models: [{ name: own, source: s3://a/b, accelerator: nvidia, huggingFaceTokenSecret: token }]\n',
    message:
      'maas.yaml:1:62 models[0].huggingFaceTokenSecret: got "token", expected nothing while the source is not at Hugging Face: it has no effect; remove it, or write a source that begins with hf://',
  },
  {
    rule: 'no-effect',
    yaml: 'models: [{ name: own, source: hf://a/b, accelerator: nvidia, huggingFaceTokenSecret: token, cache: { nodeGroup: a, size: 1Gi } }]\n',
    message:
      'maas.yaml:1:62 models[0].huggingFaceTokenSecret: got "token", expected nothing while KServe loads the weights, ahead: it has no effect; remove it',
  },
  {
    rule: 'idle-prometheus',
    yaml: 'observability: { serviceMonitors: false, monitorLabels: { release: a } }\n',
    message:
      'maas.yaml:1:35 observability.serviceMonitors: got false, expected true while there is a Prometheus, which would scrape only itself; remove it, or add `prometheus: false`',
  },
  {
    rule: 'no-effect',
    yaml: 'platform: openshift\ndomain: apps.example.com\nobservability: { replicas: 3, namespace: metrics }\n',
    message: [
      'maas.yaml:3:18 observability.replicas: got 3, expected nothing with user workload monitoring: it has no effect; remove it, or add `userWorkloadMonitoring: false`',
      'maas.yaml:3:31 observability.namespace: got "metrics", expected nothing with user workload monitoring: it has no effect; remove it, or add `userWorkloadMonitoring: false`',
    ].join('\n'),
  },
  // User workload monitoring
  {
    rule: 'user-workload-monitoring-platform',
    yaml: 'observability: { userWorkloadMonitoring: true }\n',
    message:
      'maas.yaml:1:42 observability.userWorkloadMonitoring: got true, expected a platform with user workload monitoring: it is a part of OpenShift; remove it, or write `platform: openshift`',
  },
  {
    rule: 'user-workload-monitoring-only',
    yaml: 'platform: openshift\ndomain: apps.example.com\nobservability: { userWorkloadMonitoring: true, prometheus: true, serviceMonitors: false }\n',
    message: [
      'maas.yaml:3:60 observability.prometheus: got true, expected nothing else beside `userWorkloadMonitoring: true`, which scrapes by monitors and needs no Prometheus; remove one of the two',
      'maas.yaml:3:83 observability.serviceMonitors: got false, expected nothing else beside `userWorkloadMonitoring: true`, which scrapes by monitors and needs no Prometheus; remove one of the two',
    ].join('\n'),
  },
  {
    rule: 'user-workload-monitoring-label',
    yaml: "platform: openshift\ndomain: apps.example.com\nobservability: { monitorLabels: { openshift.io/user-monitoring: 'false' } }\n",
    message:
      'maas.yaml:3:65 observability.monitorLabels["openshift.io/user-monitoring"]: got "false", expected no label by which user workload monitoring leaves the monitors out; remove it, or write `userWorkloadMonitoring: false`',
  },
  // Patches and own objects
  {
    rule: 'patch-kind',
    yaml: 'patches:\n  - target: { kind: Gateway, name: inference-gateway }\n',
    message: 'maas.yaml:2:5 patches[0]: got none, expected exactly one of merge and jsonPatch; add one',
  },
  {
    rule: 'patch-kind',
    yaml: 'patches:\n  - target: { kind: Gateway, name: inference-gateway }\n    merge: { spec: {} }\n    jsonPatch: [{ op: remove, path: /spec }]\n',
    message:
      'maas.yaml:2:5 patches[0]: got both, expected exactly one of merge and jsonPatch; make two patches of them',
  },
  {
    rule: 'patch-pointer',
    yaml: 'patches:\n  - target: { kind: Gateway, name: inference-gateway }\n    jsonPatch: [{ op: remove, path: spec.listeners }]\n',
    message:
      'maas.yaml:3:37 patches[0].jsonPatch[0].path: got "spec.listeners", expected a JSON pointer, which begins with "/"; for example "/spec/replicas"',
  },
  {
    rule: 'patch-operation',
    yaml: 'patches:\n  - target: { kind: Gateway, name: inference-gateway }\n    jsonPatch:\n      - { op: add, path: /spec/a }\n      - { op: move, path: /spec/b }\n      - { op: test, path: /spec/c, value: null }\n',
    message: [
      'maas.yaml:4:9 patches[0].jsonPatch[0]: got add without value, expected `value` beside `op: add`; add `value: …`',
      'maas.yaml:5:9 patches[0].jsonPatch[1]: got move without from, expected `from` beside `op: move`; add `from: …`',
    ].join('\n'),
  },
  {
    rule: 'object-name',
    yaml: 'objects:\n  - { apiVersion: v1, kind: ConfigMap, metadata: { labels: {} } }\n',
    message:
      'maas.yaml:2:40 objects[0].metadata.name: got nothing, expected a name, as text; add `name: …` below `metadata`',
  },
  {
    rule: 'object-name',
    yaml: 'objects:\n  - { apiVersion: v1, kind: ConfigMap, metadata: { name: 7 } }\n',
    message: 'maas.yaml:2:58 objects[0].metadata.name: got 7, expected a name, as text; put it in quotes',
  },
  {
    rule: 'unique-object',
    yaml: 'objects:\n  - { apiVersion: apps/v1, kind: Deployment, metadata: { name: a, namespace: llm } }\n  - { apiVersion: apps/v1beta1, kind: Deployment, metadata: { name: a, namespace: llm } }\n',
    message:
      'maas.yaml:3:5 objects[1]: got Deployment llm/a, expected each object once (objects[0] is the same); merge the two',
  },
  {
    rule: 'platform-name-length',
    yaml: 'name: research-in-europe\n',
    message:
      'maas.yaml:1:7 name: got 18 characters, expected at most 16 while the platform has a Prometheus, whose pods it names; shorten it, or write `prometheus: false` below `observability`',
  },
  {
    rule: 'own-namespace',
    yaml: 'namespace: kserve\nobservability: { namespace: operators }\nkuadrant: { namespace: operators }\n',
    message: [
      'maas.yaml:1:12 namespace: got "kserve", expected a namespace of the platform\'s own: it is created with labels that would change this one; name another, or write `createNamespaces: false`',
      'maas.yaml:2:29 observability.namespace: got "operators", expected a namespace of the platform\'s own: it is created with labels that would change this one; name another, or write `createNamespaces: false`',
    ].join('\n'),
  },
  {
    rule: 'own-namespace',
    yaml: 'kserve: { namespace: llm }\n',
    message:
      'maas.yaml:1:1 namespace: got "llm", expected a namespace of the platform\'s own: it is created with labels that would change this one; name another, or write `createNamespaces: false`',
  },
  {
    rule: 'gateway-policy',
    yaml: [
      'objects:',
      '  - apiVersion: kuadrant.io/v1',
      '    kind: AuthPolicy',
      '    metadata: { name: open, namespace: llm }',
      '    spec:',
      '      targetRef: { group: gateway.networking.k8s.io, kind: Gateway, name: inference-gateway }',
      '',
    ].join('\n'),
    message:
      'maas.yaml:6:7 objects[0].spec.targetRef: got AuthPolicy open, expected no second AuthPolicy for this Gateway: of two only one counts, and nothing says which; change the rendered one with `patches`, or attach yours to a route',
  },
  {
    rule: 'gateway-policy',
    yaml: [
      'limits: { engine: tokenRateLimitPolicy }',
      'objects:',
      '  - apiVersion: kuadrant.io/v1alpha1',
      '    kind: TokenRateLimitPolicy',
      '    metadata: { name: own }',
      '    spec:',
      '      targetRef: { group: gateway.networking.k8s.io, kind: Gateway, name: inference-gateway }',
      '',
    ].join('\n'),
    message:
      'maas.yaml:7:7 objects[0].spec.targetRef: got TokenRateLimitPolicy own, expected no second TokenRateLimitPolicy for this Gateway: of two only one counts, and nothing says which; change the rendered one with `patches`, or attach yours to a route',
  },
  // Accelerators, and what fits them
  {
    rule: 'unique-accelerator-name',
    yaml: 'accelerators:\n  - { name: a, like: nvidia-l4 }\n  - { name: a, like: nvidia-t4 }\n',
    message:
      'maas.yaml:3:13 accelerators[1].name: got "a", expected a name of its own (accelerators[0].name is the same); remove one, or rename it',
  },
  {
    rule: 'accelerator-name',
    yaml: 'accelerators: [{ name: nvidia-l4, like: nvidia-l4, memory: 20Gi }]\n',
    message:
      'maas.yaml:1:24 accelerators[0].name: got "nvidia-l4", expected a name that no built-in accelerator has; rename it, and write `like: nvidia-l4` for what is the same',
  },
  {
    rule: 'accelerator-name',
    yaml: 'accelerators: [{ name: latest, like: nvidia-l4, image: registry.example.com/own:v1 }]\nmodels: [{ name: qwen3, accelerator: latest }, { name: bge-m3, accelerator: nvidia-l4 }]\n',
    message:
      'maas.yaml:1:24 accelerators[0].name: got "latest", expected a name whose ServingRuntime is not vllm-latest, that of all without an `image`; rename it',
  },
  {
    rule: 'accelerator-like',
    yaml: 'accelerators: [{ name: ours, like: nvidia-l40 }]\n',
    message:
      'maas.yaml:1:36 accelerators[0].like: got "nvidia-l40", expected a built-in accelerator: nvidia, nvidia-t4, nvidia-l4, nvidia-a10g, nvidia-l40s, nvidia-a100-40gb, nvidia-a100-80gb, nvidia-h100, nvidia-h200, nvidia-b200, nvidia-a100-40gb-pcie, nvidia-a100-80gb-pcie, nvidia-h100-pcie, nvidia-h100-nvl, nvidia-h200-nvl, amd-mi300x, intel-gaudi3, cpu, or a slice; did you mean "nvidia-l4"?',
  },
  {
    rule: 'accelerator-complete',
    yaml: 'accelerators:\n  - { name: a, memory: 8Gi }\n  - { name: b }\n',
    message: [
      'maas.yaml:2:13 accelerators[0].name: got "a" without resourceName, expected both, or a built-in accelerator that it is `like`; add what is missing, for example `memory: 22Gi` and `resourceName: nvidia.com/gpu`',
      'maas.yaml:3:13 accelerators[1].name: got "b" without memory, resourceName, expected both, or a built-in accelerator that it is `like`; add what is missing, for example `memory: 22Gi` and `resourceName: nvidia.com/gpu`',
    ].join('\n'),
  },
  {
    rule: 'accelerator-memory',
    yaml: 'accelerators:\n  - { name: a, memory: "24", resourceName: a.com/b }\n  - { name: b, like: nvidia-l4, memory: 24M }\n',
    message: [
      'maas.yaml:2:24 accelerators[0].memory: got "24", expected at least 1Gi; did you mean "24Gi"?',
      'maas.yaml:3:41 accelerators[1].memory: got "24M", expected at least 1Gi; for example "22Gi"',
    ].join('\n'),
  },
  {
    rule: 'accelerator-resource',
    yaml: 'accelerators:\n  - { name: a, like: cpu, resourceName: nvidia.com/gpu }\n  - { name: b, like: nvidia-l4, resourceName: amd.com/gpu, image: registry.example.com/rocm/vllm:v1 }\n  - { name: c, like: amd-mi300x, resourceName: nvidia.com/gpu, image: registry.example.com/vllm:v1 }\n  - { name: d, like: nvidia-l4, resourceName: example.com/l4, image: registry.example.com/vllm:v1 }\n',
    message: [
      'maas.yaml:2:41 accelerators[0].resourceName: got "nvidia.com/gpu", expected none beside `like: cpu`, whose models compute on the CPU; remove it, or write the `like` of what it is',
      'maas.yaml:3:47 accelerators[1].resourceName: got "amd.com/gpu", expected a resource of nvidia.com, as `like: nvidia-l4` says; remove it, or write the `like` of what it is',
      'maas.yaml:4:48 accelerators[2].resourceName: got "nvidia.com/gpu", expected a resource of amd.com, as `like: amd-mi300x` says; remove it, or write the `like` of what it is',
    ].join('\n'),
  },
  {
    rule: 'toleration-value',
    yaml: 'accelerators: [{ name: a, like: nvidia, tolerations: [{ key: x, operator: Exists, value: y }] }]\n',
    message:
      'maas.yaml:1:83 accelerators[0].tolerations[0].value: got a value, expected none beside `operator: Exists`; remove it, or write `operator: Equal`',
  },
  {
    rule: 'value-range',
    yaml: 'accelerators: [{ name: a, like: nvidia, timeSlicing: { replicas: 100 } }]\n',
    message:
      'maas.yaml:1:66 accelerators[0].timeSlicing.replicas: got 100, expected a whole number from 2 to 80; the nearest is 80',
  },
  {
    rule: 'time-sliced-gpu',
    yaml: 'accelerators:\n  - { name: a, like: nvidia-h100-mig-1g.10gb, timeSlicing: { replicas: 2 } }\n  - { name: b, like: amd-mi300x, timeSlicing: { replicas: 2 } }\n',
    message: [
      'maas.yaml:2:22 accelerators[0].like: got "nvidia-h100-mig-1g.10gb", expected a whole GPU of NVIDIA, which its device plugin can share; remove `timeSlicing`',
      'maas.yaml:3:22 accelerators[1].like: got "amd-mi300x", expected a whole GPU of NVIDIA, which its device plugin can share; remove `timeSlicing`',
    ].join('\n'),
  },
  {
    rule: 'time-sliced-gpu',
    yaml: 'nodeLabels: karpenter\naccelerators: [{ name: a, like: cpu, timeSlicing: { replicas: 2 } }]\n',
    message:
      'maas.yaml:2:33 accelerators[0].like: got "cpu", expected a whole GPU of NVIDIA, which its device plugin can share; remove `timeSlicing`',
  },
  {
    rule: 'time-sliced-gpu',
    yaml: 'accelerators: [{ name: a, memory: 64Gi, resourceName: amd.com/gpu, timeSlicing: { replicas: 2 } }]\n',
    message:
      'maas.yaml:1:55 accelerators[0].resourceName: got "amd.com/gpu", expected a whole GPU of NVIDIA, which its device plugin can share; remove `timeSlicing`',
  },
  {
    rule: 'time-sliced-nodes',
    yaml: 'nodeLabels: karpenter\nmodels: [{ name: qwen3, accelerator: a }]\naccelerators:\n  - { name: a, like: nvidia-l4, timeSlicing: { replicas: 2 } }\n  - { name: b, like: nvidia-l4, timeSlicing: { replicas: 2 }, nodeSelector: { pool: shared } }\n',
    message:
      'maas.yaml:4:33 accelerators[0].timeSlicing: got time slicing with `nodeLabels: karpenter`, expected a `nodeSelector` beside it, because Karpenter brings no node for labels of shares: those of your NodePool it knows; write the labels of the nodes whose device plugin shares their GPUs, or remove `timeSlicing`',
  },
  {
    rule: 'time-sliced-nodes',
    yaml: 'nodeLabels: eksAutoMode\naccelerators: [{ name: a, like: nvidia, timeSlicing: { replicas: 2, renameByDefault: true } }]\n',
    message:
      'maas.yaml:2:41 accelerators[0].timeSlicing: got time slicing with `nodeLabels: eksAutoMode`, expected a `nodeSelector` beside it, because the device plugin of Auto Mode shares no GPU: only other nodes of the cluster may; write the labels of the nodes whose device plugin shares their GPUs, or remove `timeSlicing`',
  },
  {
    rule: 'time-sliced-nodes',
    yaml: 'nodeLabels: aks\naccelerators: [{ name: a, like: nvidia, timeSlicing: { replicas: 2 } }]\n',
    message:
      'maas.yaml:2:41 accelerators[0].timeSlicing: got time slicing with `nodeLabels: aks`, expected a `nodeSelector` beside it, because AKS labels no shares; write the labels of the nodes whose device plugin shares their GPUs, or remove `timeSlicing`',
  },
  {
    rule: 'time-sliced-nodes',
    yaml: 'nodeLabels: gke\naccelerators:\n  - { name: a, like: nvidia-l4, timeSlicing: { replicas: 2, renameByDefault: true } }\n  - { name: b, like: nvidia-l4, timeSlicing: { replicas: 2, renameByDefault: true }, nodeSelector: { pool: own } }\n',
    message:
      'maas.yaml:3:78 accelerators[0].timeSlicing.renameByDefault: got true, expected false with `nodeLabels: gke`, whose device plugin calls shares nvidia.com/gpu; remove it, or write the `nodeSelector` of nodes with a device plugin of your own',
  },
  {
    rule: 'accelerator-labels',
    yaml: 'nodeLabels: aks\nmodels:\n  - { name: mistral, accelerator: nvidia-l40s }\n  - { name: phi-4 }\naccelerators: [{ name: a, like: nvidia-h100-mig-1g.10gb }]\n',
    message: [
      'maas.yaml:3:35 models[0].accelerator: got "nvidia-l40s", expected one whose nodes aks labels: nvidia-l40s is labelled by gpuOperator, eksAutoMode, karpenter; use one of `accelerators` with `like: nvidia-l40s` and a `nodeSelector`',
      'maas.yaml:4:13 models[1].name: got "nvidia-l40s", expected one whose nodes aks labels: nvidia-l40s is labelled by gpuOperator, eksAutoMode, karpenter; use one of `accelerators` with `like: nvidia-l40s` and a `nodeSelector`',
      'maas.yaml:5:33 accelerators[0].like: got "nvidia-h100-mig-1g.10gb", expected one whose nodes aks labels: nvidia-h100-mig-1g.10gb is labelled by gpuOperator, gke; use one of `accelerators` with `like: nvidia-h100-mig-1g.10gb` and a `nodeSelector`',
    ].join('\n'),
  },
  {
    rule: 'accelerator-image',
    yaml: 'models: [{ name: mistral, accelerator: intel-gaudi3 }]\n',
    message:
      'maas.yaml:1:40 models[0].accelerator: got "intel-gaudi3", expected an accelerator with an `image` of vLLM: for this one none is pinned here; use one of `accelerators` with `like: intel-gaudi3` and an `image`',
  },
  {
    rule: 'accelerator-image',
    yaml: 'models:\n  - { name: mistral, accelerator: a }\n  - { name: phi-4, accelerator: b }\n  - { name: granite, accelerator: c }\naccelerators:\n  - { name: a, memory: 64Gi, resourceName: habana.ai/gaudi }\n  - { name: b, like: intel-gaudi3 }\n  - { name: c, like: nvidia-l40s, resourceName: example.com/l40s }\n',
    message: [
      'maas.yaml:2:35 models[0].accelerator: got "a", expected an accelerator with an `image` of vLLM: for this one none is pinned here; add the `image` of vLLM\'s build for it to `accelerators`',
      'maas.yaml:3:33 models[1].accelerator: got "b", expected an accelerator with an `image` of vLLM: for this one none is pinned here; add the `image` of vLLM\'s build for it to `accelerators`',
      'maas.yaml:4:35 models[2].accelerator: got "c", expected an accelerator with an `image` of vLLM: for this one none is pinned here; add the `image` of vLLM\'s build for it to `accelerators`',
    ].join('\n'),
  },
  {
    rule: 'accelerator-gpus',
    yaml: 'models:\n  - { name: qwen3, accelerator: nvidia-h100-mig-3g.40gb, gpus: 2 }\n  - { name: llama-3-3-70b, accelerator: shared, gpus: 2, parameters: 1B }\naccelerators: [{ name: shared, like: nvidia-h200, timeSlicing: { replicas: 2 } }]\n',
    message: [
      'maas.yaml:2:64 models[0].gpus: got 2 GPUs, expected 1: vLLM splits no model over several nvidia-h100-mig-3g.40gb; write `gpus: 1`, or name a whole GPU',
      'maas.yaml:3:55 models[1].gpus: got 2 GPUs, expected 1: vLLM splits no model over several shared; write `gpus: 1`, or name a whole GPU',
    ].join('\n'),
  },
  {
    rule: 'model-parameters',
    yaml: 'models: [{ name: own, source: hf://a/b, accelerator: nvidia-l4, architecture: { layers: 32 } }]\n',
    message:
      'maas.yaml:1:65 models[0].architecture: got figures without a size, expected `parameters` beside it: nothing is checked without the size; add `parameters: 8B`',
  },
  {
    rule: 'model-config-file',
    yaml: 'models:\n  - { name: own, source: hf://a/b, accelerator: nvidia-l4, parameters: 1B, architecture: { layers: 32 }, configFile: config.json }\n',
    message:
      'maas.yaml:2:106 models[0].configFile: got configFile and architecture, expected one of the two; remove one of them',
  },
  {
    rule: 'model-start',
    yaml: 'models:\n  - { name: phi-4, gpus: 4 }\n  - { name: qwen3, gpus: 3 }\n  - { name: nomic, gpus: 5 }\n',
    message: [
      'maas.yaml:2:26 models[0].gpus: got 4 GPUs, expected a number that divides its 10 heads for keys and values, or is a multiple of them: vLLM would not start; each of these fits: `gpus: 2`, `gpus: 5`',
      'maas.yaml:3:26 models[1].gpus: got 3 GPUs, expected a number that divides its 16 attention heads: vLLM would not start; write `gpus: 2` or `gpus: 4`',
      'maas.yaml:4:26 models[2].gpus: got 5 GPUs, expected a number that divides its 12 attention heads: vLLM would not start; write `gpus: 4` or `gpus: 6`',
    ].join('\n'),
  },
  {
    rule: 'model-start',
    yaml: [
      'models:',
      '  - { name: mistral, accelerator: nvidia-h100, maxModelLength: 131072, gpus: 3 }',
      '  - { name: nomic, maxModelLength: 8192 }',
      '  - { name: own, source: hf://a/b, accelerator: nvidia, parameters: 8B, architecture: { maxModelLength: 8192 }, arguments: [--max-model-len=16k] }',
      '  - { name: qwen3, maxModelLength: 131072, arguments: ["--hf-overrides={}"] }\n',
    ].join('\n'),
    message: [
      'maas.yaml:2:64 models[0].maxModelLength: got 131,072 tokens, expected at most the 32,768 of the model: vLLM would not start; write 32768 or less, or scale its positions by `arguments: [--hf-overrides=…]`',
      'maas.yaml:2:78 models[0].gpus: got 3 GPUs, expected a number that divides its 32 attention heads: vLLM would not start; write `gpus: 2` or `gpus: 4`',
      'maas.yaml:3:36 models[1].maxModelLength: got 8,192 tokens, expected at most the 2,048 of the model: vLLM would not start; write 2048 or less, or scale its positions by `arguments: [--hf-overrides=…]`',
      'maas.yaml:4:124 models[2].arguments: got 16,000 tokens, expected at most the 8,192 of the model: vLLM would not start; write 8192 or less, or scale its positions by `arguments: [--hf-overrides=…]`',
    ].join('\n'),
  },
  {
    rule: 'model-start',
    yaml: [
      'models:',
      '  - { name: gpt-oss-20b, accelerator: nvidia-t4, gpus: 2 }',
      '  - { name: mistral, accelerator: nvidia-t4, gpus: 2, arguments: [--quantization=mxfp4, --dtype=bfloat16] }',
      '  - { name: llama-3-1-8b, accelerator: nvidia-a100-80gb, architecture: { quantization: modelopt, weightBits: 8 } }\n',
    ].join('\n'),
    message: [
      'maas.yaml:2:39 models[0].accelerator: got weights of mxfp4 on nvidia-t4, whose compute capability is 7.5, expected at least 8.0 for it: vLLM would not start; `accelerator: nvidia-l4` fits',
      'maas.yaml:3:66 models[1].arguments: got weights of mxfp4 on nvidia-t4, whose compute capability is 7.5, expected at least 8.0 for it: vLLM would not start; `accelerator: nvidia-l4` fits',
      'maas.yaml:3:66 models[1].arguments: got --dtype bfloat16 on nvidia-t4, whose compute capability is 7.5, expected one that it computes with: bfloat16 needs at least 8.0, vLLM would not start; write "--dtype=half"',
      'maas.yaml:4:40 models[2].accelerator: got weights of modelopt on nvidia-a100-80gb, whose compute capability is 8.0, expected at least 8.9 for it: vLLM would not start; `accelerator: nvidia-l4` fits',
    ].join('\n'),
  },
  {
    rule: 'canary-version',
    yaml: 'models: [{ name: granite, canary: { weight: 5, maxModelLength: 128001 } }]\n',
    message:
      'maas.yaml:1:64 models[0].canary.maxModelLength: got 128,001 tokens, expected at most the 128,000 of the model: vLLM would not start; write 128000 or less, or scale its positions by `arguments: [--hf-overrides=…]`',
  },
  {
    rule: 'model-memory',
    yaml: 'models:\n  - { name: llama-3-1-8b, accelerator: nvidia-l4 }\n',
    message:
      'maas.yaml:2:13 models[0].name: got 14.96 GiB of weights, 0.23 GiB of activations, 0.25 GiB of libraries, 4.00 GiB of KV cache for 32,768 tokens, together 19.43 GiB, expected at most 17.62 GiB on each nvidia-l4, 0.8 of its 22.03 GiB: vLLM would not start; each of these fits: `maxModelLength: 17408`, `arguments: [--gpu-memory-utilization=0.9]`, `arguments: [--quantization=fp8]`, `arguments: [--kv-cache-dtype=fp8]`, `gpus: 2`, `accelerator: nvidia-a100-40gb`',
  },
  {
    rule: 'model-memory',
    yaml: 'models:\n  - { name: mistral, accelerator: nvidia-l4, maxModelLength: 32768 }\n',
    message:
      'maas.yaml:2:62 models[0].maxModelLength: got 13.50 GiB of weights, 0.23 GiB of activations, 0.25 GiB of libraries, 4.00 GiB of KV cache for 32,768 tokens, together 17.98 GiB, expected at most 17.62 GiB on each nvidia-l4, 0.8 of its 22.03 GiB: vLLM would not start; each of these fits: `maxModelLength: 29696`, `arguments: [--gpu-memory-utilization=0.85]`, `arguments: [--quantization=fp8]`, `arguments: [--kv-cache-dtype=fp8]`, `gpus: 2`, `accelerator: nvidia-a100-40gb`',
  },
  {
    rule: 'model-memory',
    yaml: 'models:\n  - { name: own, source: hf://a/b, accelerator: nvidia-b200, parameters: 4T }\n',
    message:
      'maas.yaml:2:49 models[0].accelerator: got 7450.58 GiB of weights, 1.00 GiB of activations, 0.25 GiB of libraries, together 7451.83 GiB, expected at most 142.68 GiB on each nvidia-b200, 0.8 of its 178.35 GiB: vLLM would not start; take a smaller model, a quantized one, or more and larger accelerators',
  },
  {
    rule: 'model-start',
    yaml: 'models:\n  - { name: llama-3-3-70b, gpus: 3 }\n',
    message:
      'maas.yaml:2:34 models[0].gpus: got 3 GPUs, expected a number that divides its 64 attention heads: vLLM would not start; `gpus: 4` fits',
  },
  {
    rule: 'model-memory',
    yaml: 'models:\n  - { name: qwen3, accelerator: quarter, arguments: [--gpu-memory-utilization, "0.5"] }\naccelerators: [{ name: quarter, like: nvidia-l4, timeSlicing: { replicas: 4 } }]\n',
    message:
      'maas.yaml:2:53 models[0].arguments: got --gpu-memory-utilization 0.5 of 22.03 GiB, expected room for CUDA beside it, 0.50 GiB for each of 4 pods: vLLM would not start; `arguments: [--gpu-memory-utilization=0.22]` fits',
  },
  {
    rule: 'model-memory',
    yaml: 'models:\n  - { name: phi-4, accelerator: cpu }\n',
    message:
      'maas.yaml:2:13 models[0].name: got 27.31 GiB of weights, 0.28 GiB of activations, 2.00 GiB of libraries, 3.13 GiB of KV cache for 16,384 tokens, together 32.71 GiB, expected at most the 32.00 GiB of the container, with 4 GiB for the KV cache: vLLM would not start; each of these fits: `resources: { limits: { memory: 34Gi } }`, `accelerator: nvidia-a100-40gb`',
  },
  {
    rule: 'model-memory',
    yaml: 'models:\n  - { name: own, source: hf://a/b, accelerator: nvidia-l4, configFile: own/config.json }\n',
    files: {
      'own/config.json':
        '{"model_type":"llama","num_hidden_layers":32,"num_attention_heads":32,"hidden_size":4096,"intermediate_size":14336,"vocab_size":32000,"max_position_embeddings":32768}\n',
    },
    message:
      'maas.yaml:2:13 models[0].name: got 14.99 GiB of weights, 0.23 GiB of activations, 0.25 GiB of libraries, 16.00 GiB of KV cache for 32,768 tokens, together 31.46 GiB, expected at most 17.62 GiB on each nvidia-l4, 0.8 of its 22.03 GiB: vLLM would not start; each of these fits: `maxModelLength: 4096`, `gpus: 2`, `accelerator: nvidia-a100-40gb`',
  },
  {
    rule: 'no-effect',
    yaml: 'models: [{ name: simulator, parameters: 8B }]\n',
    message:
      'maas.yaml:1:29 models[0].parameters: got "8B", expected nothing for the simulator, which has no weights: it has no effect; remove it',
  },
  {
    rule: 'model-lifetime',
    yaml: 'models: [{ name: qwen3, startupTimeout: 59s, terminationGracePeriod: 29s }, { name: granite, terminationGracePeriod: 30001ms }]\n',
    message: [
      'maas.yaml:1:41 models[0].startupTimeout: got "59s", expected whole seconds, at least 60s; for example "30m"',
      'maas.yaml:1:70 models[0].terminationGracePeriod: got "29s", expected whole seconds, at least 30s; for example "5m"',
      'maas.yaml:1:118 models[1].terminationGracePeriod: got "30001ms", expected whole seconds, at least 30s; for example "5m"',
    ].join('\n'),
  },
  {
    rule: 'model-lifetime',
    yaml: 'models: [{ name: simulator, startupTimeout: 1h }]\n',
    message:
      'maas.yaml:1:29 models[0].startupTimeout: got "1h", expected nothing for the simulator, which loads nothing and answers at once: it has no effect; remove it',
  },
  {
    rule: 'quota-accelerator',
    yaml: 'priorityClasses: [{ name: online, value: 2, quota: { accelerators: { nvidia-l5: 1 } } }]\n',
    message:
      'maas.yaml:1:70 priorityClasses[0].quota.accelerators.nvidia-l5: got "nvidia-l5", expected an accelerator that pods ask for, or its extended resource; did you mean "nvidia-l4"?',
  },
  {
    rule: 'quota-twice',
    yaml: 'priorityClasses: [{ name: online, value: 2, quota: { accelerators: { nvidia-l4: 1, nvidia.com/gpu: 1 } } }]\n',
    message:
      'maas.yaml:1:84 priorityClasses[0].quota.accelerators["nvidia.com/gpu"]: got "nvidia.com/gpu", expected nvidia.com/gpu only once: a ResourceQuota cannot tell it from nvidia-l4; remove both, and write `nvidia.com/gpu` with their sum',
  },
  {
    rule: 'quota-empty',
    yaml: 'priorityClasses: [{ name: online, value: 2, quota: {} }]\n',
    message:
      'maas.yaml:1:45 priorityClasses[0].quota: got an empty map, expected at least one limit; write one, or remove it',
  },
  {
    rule: 'quota-fit',
    yaml: [
      'quota: { accelerators: { nvidia: 9 } }',
      'priorityClasses: [{ name: online, value: 2, quota: { accelerators: { nvidia: 2 }, pods: 1 } }]',
      'models:',
      '  - { name: granite, gpus: 4, priorityClass: online, rollout: replace }',
      '  - { name: qwen3, priorityClass: of-the-cluster }',
      '  - { name: mistral }\n',
    ].join('\n'),
    message:
      'maas.yaml:2:78 priorityClasses[0].quota.accelerators.nvidia: got 2, expected at least 4 for all replicas: granite 1 × 4; write 4, or lower `replicas`',
  },
  {
    rule: 'unique-priority-class-name',
    yaml: 'priorityClasses: [{ name: online, value: 2 }, { name: online, value: 1 }]\n',
    message:
      'maas.yaml:1:55 priorityClasses[1].name: got "online", expected a name of its own (priorityClasses[0].name is the same); remove one, or rename it',
  },
  {
    rule: 'priority-class-name',
    yaml: 'priorityClasses: [{ name: system-gpus, value: 2 }]\n',
    message:
      'maas.yaml:1:27 priorityClasses[0].name: got "system-gpus", expected a name that does not begin with "system-", as the cluster\'s own classes do; rename it; models may name those of the cluster, which are not declared',
  },
  {
    rule: 'priority-class-name',
    yaml: 'name: system\npriorityClasses: [{ name: gpus, value: 2 }]\n',
    message:
      'maas.yaml:2:27 priorityClasses[0].name: got "system-gpus", expected a name that does not begin with "system-", as the cluster\'s own classes do; rename it; models may name those of the cluster, which are not declared',
  },
  {
    rule: 'value-range',
    yaml: 'priorityClasses: [{ name: gpus, value: 1000000001 }, { name: batch, value: -2147483649 }]\n',
    message: [
      'maas.yaml:1:40 priorityClasses[0].value: got 1000000001, expected a whole number from -2,147,483,648 to 1,000,000,000; the nearest is 1000000000',
      'maas.yaml:1:76 priorityClasses[1].value: got -2147483649, expected a whole number from -2,147,483,648 to 1,000,000,000; the nearest is -2147483648',
    ].join('\n'),
  },
  {
    rule: 'priority-class-reference',
    yaml: 'priorityClasses: [{ name: online, value: 2 }]\nmodels: [{ name: simulator, priorityClass: onlin }, { name: qwen3, priorityClass: onlnie }]\n',
    message:
      'maas.yaml:2:83 models[1].priorityClass: got "onlnie", expected one of `priorityClasses`, or one of the cluster whose name is not so much like one of them; did you mean "online"? One of the cluster is declared, too, or renamed',
  },
  {
    rule: 'no-effect',
    yaml: 'priorityClasses: [{ name: online, value: 2 }]\nmodels: []\n',
    message:
      'maas.yaml:1:1 priorityClasses: got a list of 1 item, expected nothing while there are no models: it has no effect; remove it',
  },
  {
    rule: 'quota-accelerator',
    yaml: 'quota: { accelerators: { nvidia-l5: 1, cpu: 2 } }\n',
    message: [
      'maas.yaml:1:26 quota.accelerators.nvidia-l5: got "nvidia-l5", expected an accelerator that pods ask for, or its extended resource; did you mean "nvidia-l4"?',
      'maas.yaml:1:40 quota.accelerators.cpu: got "cpu", expected an accelerator that pods ask for, or its extended resource; for example `nvidia.com/gpu`',
    ].join('\n'),
  },
  {
    rule: 'quota-accelerator',
    yaml: 'nodeLabels: karpenter\nquota: { accelerators: { nvidia-h100-mig-1g.10gb: 1 } }\n',
    message:
      'maas.yaml:2:26 quota.accelerators["nvidia-h100-mig-1g.10gb"]: got "nvidia-h100-mig-1g.10gb", expected an accelerator that pods ask for, or its extended resource; for example `nvidia.com/gpu`',
  },
  {
    rule: 'quota-twice',
    yaml: 'quota: { accelerators: { nvidia-l4: 1, nvidia.com/gpu: 1 } }\n',
    message:
      'maas.yaml:1:40 quota.accelerators["nvidia.com/gpu"]: got "nvidia.com/gpu", expected nvidia.com/gpu only once: a ResourceQuota cannot tell it from nvidia-l4; remove both, and write `nvidia.com/gpu` with their sum',
  },
  {
    rule: 'quota-empty',
    yaml: 'quota: { accelerators: {} }\n',
    message: 'maas.yaml:1:1 quota: got a map, expected at least one limit; write one, or remove it',
  },
  {
    rule: 'quota-fit',
    yaml: [
      'quota: { accelerators: { nvidia: 2 }, cpu: 500m, memory: 20000Mi, pods: 4 }',
      'models:',
      '  - { name: granite, gpus: 2, replicas: { min: 3 }, canary: { weight: 5, gpus: 1, replicas: { min: 1 } } }',
      '  - { name: simulator, replicas: { min: 4 } }\n',
    ].join('\n'),
    message: [
      'maas.yaml:1:34 quota.accelerators.nvidia: got 2, expected at least 7 for all replicas: granite 3 × 2, granite-canary 1 × 1; write 9, which leaves room for a rolling update, or lower `replicas`',
      'maas.yaml:1:44 quota.cpu: got 0.5, expected at least 8.9 for all replicas: granite 3 × 2, granite-canary 1 × 2, simulator 4 × 0.2, gateway 1 × 0.1; write 10.9, which leaves room for a rolling update, or lower `replicas`',
      'maas.yaml:1:58 quota.memory: got 20000Mi, expected at least 66688Mi for all replicas: granite 3 × 16Gi, granite-canary 1 × 16Gi, simulator 4 × 256Mi, gateway 1 × 128Mi; write 83072Mi, which leaves room for a rolling update, or lower `replicas`',
      'maas.yaml:1:73 quota.pods: got 4, expected at least 9 for all replicas: granite 3 × 1, granite-canary 1 × 1, simulator 4 × 1, gateway 1 × 1; write 10, which leaves room for a rolling update, or lower `replicas`',
    ].join('\n'),
  },
  {
    rule: 'quota-fit',
    yaml: 'quota: { accelerators: { nvidia: 7 } }\nmodels: [{ name: granite, gpus: 2, replicas: { min: 4 } }]\n',
    message:
      'maas.yaml:1:34 quota.accelerators.nvidia: got 7, expected at least 8 for all replicas: granite 4 × 2; write 8, or lower `replicas`',
  },
  {
    rule: 'no-effect',
    yaml: 'quota: { pods: 9 }\nmodels: []\n',
    message: 'maas.yaml:1:1 quota: got a map, expected nothing while there are no models: it has no effect; remove it',
  },
  {
    rule: 'config-file-unreadable',
    yaml: 'models: [{ name: own, source: hf://a/b, accelerator: nvidia, configFile: weights/config.json }]\n',
    message:
      'maas.yaml:1:74 models[0].configFile: got "weights/config.json", no such file, expected a model\'s config.json; its path is relative to the folder of maas.yaml',
  },
  {
    rule: 'config-file-unreadable',
    yaml: 'models: [{ name: own, source: hf://a/b, accelerator: nvidia, configFile: . }]\n',
    message:
      'maas.yaml:1:74 models[0].configFile: got ".", a directory, expected a model\'s config.json; its path is relative to the folder of maas.yaml',
  },
  {
    rule: 'config-file-json',
    yaml: 'models: [{ name: own, source: hf://a/b, accelerator: nvidia, configFile: config.json }]\n',
    files: { 'config.json': '{"num_hidden_layers": 32' },
    message:
      'maas.yaml:1:74 models[0].configFile: got "config.json", no JSON, expected a model\'s config.json; download it again beside the weights',
  },
  {
    rule: 'config-file-model',
    yaml: 'extends: bases/base.yaml\n',
    files: {
      'bases/base.yaml': 'models: [{ name: own, source: hf://a/b, accelerator: nvidia, configFile: config.json }]\n',
      'bases/config.json': '{"num_hidden_layers":61,"num_attention_heads":128,"hidden_size":7168,"kv_lora_rank":512}\n',
    },
    message:
      'bases/base.yaml:1:74 models[0].configFile: got "config.json", a model with "kv_lora_rank", whose cache is not computed, expected a model\'s config.json with figures that are known here; write `parameters` in its place: weights are checked by them',
  },
  {
    rule: 'config-file-parameters',
    yaml: [
      'models:',
      '  - { name: falcon, source: hf://a/b, accelerator: nvidia, configFile: falcon.json }',
      '  - { name: gpt-oss-20b, configFile: none.json }',
      '  - { name: known, source: hf://a/b, accelerator: nvidia, parameters: 7.2B, configFile: falcon.json }\n',
    ].join('\n'),
    files: {
      'falcon.json':
        '{"model_type":"falcon","num_hidden_layers":32,"num_attention_heads":71,"hidden_size":4544,"multi_query":true}',
      'none.json': '{"num_hidden_layers":24,"num_attention_heads":64,"hidden_size":2880}',
    },
    message: [
      'maas.yaml:2:72 models[0].configFile: got "falcon.json", a model of the type "falcon", expected `parameters` beside it: how many such a model has is not computed here; add `parameters: 8B`, as its model card has it',
      'maas.yaml:3:38 models[1].configFile: got "none.json", no model_type, expected `parameters` beside it: how many such a model has is not computed here; add `parameters: 8B`, as its model card has it',
    ].join('\n'),
  },
];

/** A user with so many keys. */
function keysOf(length: number, key: (index: number) => string): string {
  const keys = Array.from({ length }, (_, index) => key(index));
  return `users: [{ name: a, tier: free, keys: [${keys.join(', ')}] }]\n`;
}

function makeUnreadable(file: string): void {
  writeFileSync(file, 'platform: kubernetes\n');
  chmodSync(file, 0);
  expect(() => readFileSync(file)).toThrow('EACCES');
}

/** What the command does with the folder's maas.yaml: to its dist/, on standard error, as its exit code. */
function synthesisOf(folder: string): { exitCode: unknown; printed: string; dist: string[] } {
  const out = join(folder, 'dist');
  mkdirSync(out);
  writeFileSync(join(out, '30-gateway.k8s.yaml'), 'as it was');
  const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    synthesizePlatforms({ config: [join(folder, 'maas.yaml')], out });
    const printed = write.mock.calls.map(([text]) => String(text)).join('');
    const dist = readdirSync(out).map((file) => `${file}: ${readFileSync(join(out, file), 'utf8')}`);
    return { exitCode: process.exitCode, printed, dist };
  } finally {
    write.mockRestore();
    process.exitCode = undefined;
  }
}

describe('every rule', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maas-rules-'));
    chmodSync(folder, 0o777);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** What reading the row's maas.yaml throws. */
  function errorOf({ yaml, files = {}, prepare }: Row): ConfigurationError | undefined {
    const file = join(folder, 'maas.yaml');
    return asOrdinaryUser(() => {
      for (const [name, text] of Object.entries(yaml === undefined ? files : { ...files, 'maas.yaml': yaml })) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
      }
      prepare?.(file);
      try {
        readConfiguration(file);
        return undefined;
      } catch (error) {
        return error as ConfigurationError;
      }
    });
  }

  test.each(ROWS.map((row): [string, string, Row] => [row.rule, nameOf(row), row]))('%s: %s', (rule, _, row) => {
    const error = errorOf(row);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error?.problems.map((problem) => problem.rule)).toEqual(error?.problems.map(() => rule));
    const lines = error?.message.replaceAll(`${folder}/`, '').split('\n') ?? [];
    expect(lines.slice(0, -1).join('\n')).toBe(row.message);
    expect(lines.at(-1)).toBe(lines.length === 2 ? '1 problem' : `${lines.length - 1} problems`);
    expect(asOrdinaryUser(() => synthesisOf(folder))).toEqual({
      exitCode: 1,
      printed: `${error?.message}\n`,
      dist: ['30-gateway.k8s.yaml: as it was'],
    });
  });

  test('has a row here', () => {
    const ids = [...FILE_RULES, ...CONFIG_FILE_RULES, ...SOURCE_RULES, ...SHAPE_RULES, ...RULES.map(({ id }) => id)];
    expect(ids.filter((id) => !ROWS.some(({ rule }) => rule === id))).toEqual([]);
  });

  test('has an id of its own', () => {
    const ids = [...FILE_RULES, ...CONFIG_FILE_RULES, ...SOURCE_RULES, ...SHAPE_RULES, ...RULES.map(({ id }) => id)];
    expect(ids).toHaveLength(new Set(ids).size);
  });

  test('keeps API keys out of its messages', () => {
    expect(
      ROWS.map(({ message }) => message).filter((message) => /a_secret_key|12345678\b|12345\b/.test(message)),
    ).toEqual([]);
  });
});

function nameOf({ yaml }: Row): string {
  const text = String(yaml ?? 'no text').replaceAll('\n', '⏎');
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
