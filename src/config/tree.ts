import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { UNREADABLE, type Located, type LocatedEntry, type LocatedMap } from './located';
import {
  hidesMisfit,
  isSecret,
  quote,
  showMisfit,
  showValue,
  type Path,
  type Problem,
  type SourceLocation,
} from './problem';
import type { SourceRule } from './source-rules';

const TEXT_TAG = 'tag:yaml.org,2002:str';
const INSTEAD_OF_ANCHORS = 'write the value out, or share it between files with `extends`';

/** Turns nodes of the YAML parser into a tree with locations, and collects what is refused in them. */
export class TreeReader {
  /** What is wrong, in the order in which it was met. */
  public readonly problems: Problem[] = [];

  /**
   * @param text what the nodes were parsed from
   * @param locationOf line and column of an offset in the text
   */
  public constructor(
    private readonly text: string,
    private readonly locationOf: (offset: number) => SourceLocation,
  ) {}

  /** The map at the top of a document; undefined when something else stands there. */
  public readRoot(node: Node | null): LocatedMap | undefined {
    const located = this.read(node, [], 0);
    if (located.kind === 'map') {
      return located;
    }
    if (located.kind === 'list' || located.value !== UNREADABLE) {
      const got = located.kind === 'list' ? 'a list' : showValue(located.value);
      this.report('yaml-top-level', located.at, [], {
        got,
        expected: 'a map',
        fix: 'write at least `platform: kubernetes`',
      });
    }
    return undefined;
  }

  private read(node: unknown, path: Path, offset: number): Located {
    if (isAlias(node)) {
      const at = this.at(node, offset);
      const got = hidesMisfit(path) ? 'an alias' : `the alias *${node.source}`;
      this.report('yaml-alias', at, path, { got, expected: 'the value itself', fix: INSTEAD_OF_ANCHORS });
      return { kind: 'scalar', at, value: UNREADABLE };
    }
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) {
      return { kind: 'scalar', at: this.locationOf(offset), value: null };
    }
    const readable = this.checkProperties(node, path, offset);
    const located = this.readNode(node, path, offset);
    return readable ? located : { kind: 'scalar', at: located.at, value: UNREADABLE };
  }

  private readNode(node: Scalar | YAMLMap | YAMLSeq, path: Path, offset: number): Located {
    if (isMap(node)) {
      return this.readMap(node, path, offset);
    }
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.read(item, [...path, index], startOf(node, offset)));
      return { kind: 'list', at: this.at(node, offset), items };
    }
    return this.readScalar(node, path, offset);
  }

  /** Reports anchors and tags; false when the node's value is not what it says. */
  private checkProperties(node: Node & { anchor?: string; tag?: string }, path: Path, offset: number): boolean {
    const { anchor, tag } = node;
    const start = startOf(node, offset);
    if (anchor !== undefined) {
      const got = `the anchor &${anchor}`;
      const at = this.locationBefore(start, `&${anchor}`);
      this.report('yaml-anchor', at, path, { got, expected: 'no anchor', fix: INSTEAD_OF_ANCHORS });
    }
    if (tag === undefined || tag === TEXT_TAG) {
      return true;
    }
    const got = `the tag ${quote(tag)}`;
    const at = this.locationBefore(start, tag);
    this.report('yaml-tag', at, path, { got, expected: 'no tag', fix: 'remove it; text goes in quotes' });
    return false;
  }

  private readMap(node: YAMLMap, path: Path, offset: number): LocatedMap {
    const entries = new Map<string, LocatedEntry>();
    for (const pair of node.items) {
      const keyAt = this.at(pair.key, startOf(node, offset));
      const key = this.readKey(pair.key, keyAt, path);
      if (key === undefined) {
        continue;
      }
      const keyPath = [...path, key];
      const value = this.read(pair.value, keyPath, startOf(pair.key, offset));
      const first = entries.get(key);
      if (first !== undefined) {
        this.report('yaml-duplicate-key', keyAt, keyPath, {
          got: 'the key a second time',
          expected: `it once (it is also in line ${first.keyAt.line})`,
          fix: 'merge the two, or remove one',
        });
      } else if (isMergeKey(pair.key)) {
        const words = { got: 'a merge key', expected: 'the keys themselves', fix: INSTEAD_OF_ANCHORS };
        this.report('yaml-merge-key', keyAt, keyPath, words);
        entries.set(key, { keyAt, value: { kind: 'scalar', at: keyAt, value: UNREADABLE } });
      } else {
        entries.set(key, { keyAt, value });
      }
    }
    return { kind: 'map', at: this.at(node, offset), entries };
  }

  private readKey(key: unknown, at: SourceLocation, path: Path): string | undefined {
    if (isScalar(key)) {
      this.checkProperties(key, path, 0);
      if (typeof key.value === 'string') {
        return key.value;
      }
    }
    const plain = isScalar(key) ? (key.source ?? '') : undefined;
    const hidden = plain === undefined || plain === '' || isSecret([...path, '']);
    const got = hidden ? describeKey(key) : `the key ${plain}`;
    const fix = hidden ? 'write a name before ":"' : `put it in quotes: ${quote(plain)}`;
    this.report('yaml-key', at, path, { got, expected: 'text as key', fix });
    return undefined;
  }

  private readScalar(node: Scalar, path: Path, offset: number): Located {
    const at = this.at(node, offset);
    const { value, source } = node;
    if (typeof value === 'string') {
      return { kind: 'scalar', at, value };
    }
    if (typeof value === 'number' && !isExact(value, source)) {
      const got = hidesMisfit(path) ? showMisfit(value, path) : `the number ${source ?? value}`;
      const fix = `put it in quotes if it is text${hidesMisfit(path) ? '' : `: ${quote(source ?? '')}`}`;
      this.report('yaml-number', at, path, { got, expected: 'a number up to 9007199254740991', fix });
      return { kind: 'scalar', at, value: UNREADABLE };
    }
    if (typeof value === 'number' || typeof value === 'boolean' || value === null) {
      return { kind: 'scalar', at, value, ...(source === undefined || source === '' ? {} : { text: source }) };
    }
    return { kind: 'scalar', at, value: UNREADABLE };
  }

  /** Where an anchor or a tag stands, which nodes do not tell. */
  private locationBefore(start: number, property: string): SourceLocation {
    const found = this.text.lastIndexOf(property, start);
    return this.locationOf(found === -1 ? start : found);
  }

  private at(node: unknown, otherwise: number): SourceLocation {
    return this.locationOf(startOf(node, otherwise));
  }

  private report(
    rule: SourceRule,
    location: SourceLocation,
    path: Path,
    words: { got: string; expected: string; fix: string },
  ): void {
    this.problems.push({ rule, path: [...path], pointAt: 'value', ...words, location });
  }
}

function startOf(node: unknown, otherwise: number): number {
  return (node as Node | null | undefined)?.range?.[0] ?? otherwise;
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
}

function describeKey(key: unknown): string {
  if (isAlias(key)) {
    return 'an alias as key';
  }
  if (isMap(key) || isSeq(key)) {
    return 'a list or map as key';
  }
  return isScalar(key) && key.value !== null ? `a ${typeof key.value} as key` : 'an empty key';
}

/** Whether a number is the one that is written: of long ones digits get lost, unless they are written as `1e20`. */
function isExact(value: number, source = ''): boolean {
  const isWhole = !Number.isInteger(value) || Number.isSafeInteger(value);
  return Number.isFinite(value) && (isWhole || /^[-+.\d]+e/i.test(source));
}
