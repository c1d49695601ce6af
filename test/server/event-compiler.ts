// Recorded events as literals of TypeScript, for its own checker to judge.

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Enough for the type of any text; what is cut is audio, and text that a test made long. */
const KEPT_CHARACTERS = 64;

interface Outcome {
  readonly failed: boolean;
  readonly output: string;
}

export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const path = join(root, 'node_modules', '.bin', command);
    execFile(path, args, { cwd: root, env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: stdout + stderr });
    });
  });
}

/** Events that differ only in ids and in the rest of long texts are one to a type checker. */
export function distinctEvents(events: readonly { readonly type: string }[]): string[] {
  const shorten = (_key: string, value: unknown): unknown =>
    typeof value === 'string' ? value.replace(/_\d+_\d{6}$/, '_1_000001').slice(0, KEPT_CHARACTERS) : value;
  return [...new Set(events.map((event) => JSON.stringify(event, shorten)))];
}

/** Type-checks each event as a literal of its own, so that an unknown key is an error too. */
export async function compileEvents(
  folder: string,
  events: readonly string[],
  type: 'ServerEventOnTheWire' | 'ClientEventOnTheWire',
): Promise<Outcome> {
  const file = [
    `import type { ${type} } from '../../test/types/on-the-wire.ts';`,
    ...events.map((event) => `(${event}) satisfies ${type};`),
  ];
  const compilerOptions = {
    rootDir: root,
    composite: false,
    noEmit: true,
    declaration: false,
    emitDeclarationOnly: false,
    declarationMap: false,
    isolatedDeclarations: false,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
  };
  writeFileSync(join(folder, 'traffic.ts'), file.join('\n'));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions, files: ['traffic.ts'] }),
  );
  return run('tsc', ['-p', folder, '--pretty', 'false']);
}
