// The last pass over what Node and bundlers load: no space that the language doesn't need, and none of the comments but those
// that bundlers read. Lines stay short, because Node prints the whole line of an error that nobody caught.
import { transformSync } from 'esbuild';

const LINE_LENGTH = 160;

/** The code of the module `fileName` and its source map, from those that were there before. */
export function withoutWhitespace(fileName: string, code: string, map: object): { code: string; map: string } {
  const before = Buffer.from(JSON.stringify(map)).toString('base64');
  return transformSync(`${code}\n//# sourceMappingURL=data:application/json;base64,${before}`, {
    sourcefile: fileName,
    sourcemap: 'external',
    format: 'esm',
    target: 'esnext',
    minifyWhitespace: true,
    lineLimit: LINE_LENGTH,
    legalComments: 'none',
  });
}
