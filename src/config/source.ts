import { Composer, LineCounter, Parser, visit, type CST, type Document, type YAMLError } from 'yaml';
import type { LocatedMap } from './located';
import { count, type Problem, type SourceLocation } from './problem';
import type { SourceRule } from './source-rules';
import { describeSyntaxError } from './syntax';
import { TreeReader } from './tree';

/** Largest configuration file: 4 MiB, some 40,000 users. */
export const MAXIMUM_BYTES = 4 * 1024 * 1024;

/** Deepest nesting of maps and lists. */
export const MAXIMUM_DEPTH = 64;

/** What the text of one file holds. */
export interface ParsedSource {
  /** The configuration, as far as it could be read. */
  readonly root?: LocatedMap;
  /** What is wrong with the text. */
  readonly problems: Problem[];
  /** Whether `root` says what the author meant; not so after a syntax error. */
  readonly reliable: boolean;
}

/**
 * Reads the text of one file: YAML 1.2 without what hides where a value comes from (anchors, aliases, merge keys, tags).
 *
 * @param bytes what the file holds; UTF-8, a byte order mark is allowed
 * @param file its name in locations
 */
export function parseSource(bytes: Uint8Array, file: string): ParsedSource {
  if (bytes.length > MAXIMUM_BYTES) {
    return failed(sizeProblem(bytes.length, file));
  }
  const decoded = decode(bytes, file);
  if (typeof decoded !== 'string') {
    return failed(decoded);
  }
  const text = decoded;
  const lines = new LineCounter();
  const locationOf = (offset: number): SourceLocation => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  const tooDeep = findTooDeep(tokens);
  if (tooDeep !== undefined) {
    return failed(depthProblem(locationOf(tooDeep)));
  }
  try {
    const composer = new Composer({ uniqueKeys: false, prettyErrors: false, resolveKnownTags: false });
    return readDocuments([...composer.compose(tokens, false, text.length)], text, locationOf);
  } catch (error) {
    if (error instanceof RangeError) {
      return failed(depthProblem(locationOf(0)));
    }
    throw error;
  }
}

/** The problem of a file that is too large to be read. */
export function sizeProblem(bytes: number, file: string): Problem {
  return sourceProblem(
    'file-size',
    { file },
    count(bytes, 'byte'),
    `at most ${count(MAXIMUM_BYTES, 'byte')}`,
    'split the platform into several, each with fewer users',
  );
}

/** A problem of the text, without a path. */
export function sourceProblem(
  rule: SourceRule,
  location: SourceLocation,
  got: string,
  expected: string,
  fix: string,
): Problem {
  return { rule, path: [], pointAt: 'value', got, expected, fix, location };
}

function failed(problem: Problem): ParsedSource {
  return { problems: [problem], reliable: false };
}

function decode(bytes: Uint8Array, file: string): string | Problem {
  const fix = 'save the file as UTF-8';
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return sourceProblem('encoding', { file }, 'UTF-16', 'UTF-8', fix);
  }
  const zero = bytes.indexOf(0);
  if (zero !== -1) {
    const line = bytes.subarray(0, zero).filter((byte) => byte === 0x0a).length + 1;
    return sourceProblem('encoding', { file, line, column: 1 }, 'a zero byte', 'text in UTF-8', fix);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const line = firstUndecodableLine(bytes);
    return sourceProblem('encoding', { file, line, column: 1 }, 'bytes that are not UTF-8', 'UTF-8', fix);
  }
}

/** A line feed is never part of a longer UTF-8 character, so lines can be decoded one by one. */
function firstUndecodableLine(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const next = bytes.indexOf(0x0a, start);
    const end = next === -1 ? bytes.length : next;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
  }
  return line;
}

/**
 * Offset of the first collection that is nested too deep. Tokens are walked with a list, not by recursion: the composer,
 * which comes next, is recursive and would bring the process down.
 */
function findTooDeep(tokens: readonly CST.Token[]): number | undefined {
  const open: { token: CST.Token; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (token.type === 'document') {
      if (token.value) {
        open.push({ token: token.value, depth });
      }
    } else if ('items' in token) {
      if (depth === MAXIMUM_DEPTH) {
        return token.offset;
      }
      for (const { key, value } of token.items) {
        if (key) {
          open.push({ token: key, depth: depth + 1 });
        }
        if (value) {
          open.push({ token: value, depth: depth + 1 });
        }
      }
    }
  }
  return undefined;
}

function depthProblem(location: SourceLocation): Problem {
  return sourceProblem(
    'yaml-depth',
    location,
    `a level ${MAXIMUM_DEPTH + 1} of nested maps or lists`,
    `at most ${MAXIMUM_DEPTH} levels`,
    'look for a bracket or an indentation too many',
  );
}

function readDocuments(
  documents: readonly Document.Parsed[],
  text: string,
  locationOf: (offset: number) => SourceLocation,
): ParsedSource {
  const [document] = documents;
  if (document === undefined || (documents.length === 1 && isEmpty(document))) {
    return failed(emptyProblem(locationOf(0)));
  }
  const problems = documents.flatMap((each) => syntaxProblems(each, locationOf));
  const reliable = problems.length === 0;
  const { version, explicit } = document.directives?.yaml ?? {};
  if (explicit === true && version === '1.1') {
    problems.push(versionProblem(locationOf(0)));
  }
  const second = documents[1];
  if (second !== undefined) {
    problems.push(documentsProblem(locationOf(second.range[0])));
  }
  const reader = new TreeReader(text, locationOf);
  const root = document.contents === null ? undefined : reader.readRoot(document.contents);
  // After a syntax error the parser may have nothing left to show: that is no problem of its own.
  const inTree = reliable ? reader.problems : reader.problems.filter(({ rule }) => rule !== 'yaml-top-level');
  return { root, problems: [...problems, ...inTree], reliable: reliable && root !== undefined };
}

function isEmpty(document: Document.Parsed): boolean {
  const { contents } = document;
  return document.errors.length === 0 && (contents === null || ('source' in contents && contents.source === ''));
}

/** One problem a line: what else the parser says about a line mostly follows from the first. */
function syntaxProblems(document: Document.Parsed, locationOf: (offset: number) => SourceLocation): Problem[] {
  const byLine = new Map<number | undefined, Problem>();
  for (const error of document.errors) {
    const location = locationOf(startOfError(error, document));
    const { got, expected, fix } = describeSyntaxError(error.message);
    if (!byLine.has(location.line)) {
      byLine.set(location.line, sourceProblem('yaml-syntax', location, got, expected, fix));
    }
  }
  return [...byLine.values()];
}

/** The parser misses a closing quote at the end of the file; what counts is where the text began. */
function startOfError(error: YAMLError, document: Document.Parsed): number {
  let start = error.pos[0];
  if (error.message.startsWith('Missing closing')) {
    visit(document, {
      Scalar: (_, { type, range }) => {
        start = (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE' ? range?.[0] : undefined) ?? start;
      },
    });
  }
  return start;
}

function emptyProblem(location: SourceLocation): Problem {
  return sourceProblem(
    'yaml-empty',
    location,
    'an empty file',
    'a configuration',
    'write at least `platform: kubernetes`',
  );
}

function versionProblem(location: SourceLocation): Problem {
  return sourceProblem('yaml-version', location, '%YAML 1.1', 'YAML 1.2', 'remove the line');
}

function documentsProblem(location: SourceLocation): Problem {
  return sourceProblem(
    'yaml-documents',
    location,
    'a second document',
    'one document a file',
    'remove the line `---`, or move what follows into a file of its own',
  );
}
