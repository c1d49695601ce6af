// The last pass over what Node and bundlers load: no space that the language doesn't need, and no comments. Lines stay short,
// because Node prints the whole line of an error that nobody caught.
import {
  decode,
  encode,
  type SourceMapLine,
  type SourceMapMappings,
  type SourceMapSegment,
} from '@jridgewell/sourcemap-codec';
import { transformSync } from 'esbuild';

const LINE_LENGTH = 160;

/** The code of the module `fileName` and its source map, from those that were there before. */
export function withoutWhitespace(fileName: string, code: string, map: object): { code: string; map: string } {
  const before = Buffer.from(JSON.stringify(map)).toString('base64');
  const made = transformSync(`${code}\n//# sourceMappingURL=data:application/json;base64,${before}`, {
    sourcefile: fileName,
    sourcemap: 'external',
    format: 'esm',
    target: 'esnext',
    minifyWhitespace: true,
    lineLimit: LINE_LENGTH,
    legalComments: 'none',
  });
  const madeMap = JSON.parse(made.map) as { mappings: string };
  const whole = wholeStrings(made.code, decode(madeMap.mappings));
  return { code: whole.code, map: JSON.stringify({ ...madeMap, file: fileName, mappings: encode(whole.mappings) }) };
}

/** Joins the lines that a string goes across: bundlers look for some strings, the paths of worklets, in the text of a module. */
function wholeStrings(code: string, mappings: SourceMapMappings): { code: string; mappings: SourceMapMappings } {
  const lines: string[] = [];
  const joined: SourceMapMappings = [];
  let begun = '';
  let segments: SourceMapLine = [];
  for (const [i, line] of code.split('\n').entries()) {
    for (const [column, ...source] of mappings[i] ?? [])
      segments.push([begun.length + column, ...source] as SourceMapSegment);
    if (line.endsWith('\\')) {
      begun += line.slice(0, -1);
      continue;
    }
    lines.push(begun + line);
    joined.push(segments);
    begun = '';
    segments = [];
  }
  return { code: lines.join('\n'), mappings: joined };
}
