// A quick start's page as a reader takes it: the files to paste, and what the page says they will see.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);
/** A block whose first line is a comment with the name of its file. */
const FILE = /^```(?:ts|html)\n(?:\/\/|<!--) (\S+)(?: -->)?\n([\s\S]*?)^```$/gm;
const OUTPUT = /^```text\n([\s\S]*?)^```$/gm;

/** One page of `docs/quick-starts`. */
export interface QuickStart {
  /** By name. */
  readonly files: ReadonlyMap<string, string>;
  /** What the page says one will see; `…` stands for anything within a line. */
  readonly output: RegExp;
}

export function quickStart(name: string): QuickStart {
  const text = readFileSync(new URL(`docs/quick-starts/${name}.md`, ROOT), 'utf8');
  const files = new Map([...text.matchAll(FILE)].map(([, file = '', content = '']) => [file, content]));
  const [[, output = ''] = []] = [...text.matchAll(OUTPUT)];
  if (files.size === 0 || output === '') throw new Error(`${name} has no program, or does not say what one will see`);
  return { files, output: new RegExp(`^${escaped(output.trimEnd()).replaceAll('…', '.*')}\\n?$`) };
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/**
 * Writes the files of a page into a folder where `bargein` is what `npm pack` makes of this tree, and returns the folder. Only
 * the ports are changed, each to one that is free: no other character.
 */
export function paste(name: string, ports: Readonly<Record<number, number>>): string {
  const folder = fileURLToPath(new URL(`out/quick-starts/${name}/`, ROOT));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // What `npm pkg set type=module` writes. Without it the folder would belong to the package, and `bargein` be this tree.
  writeFileSync(`${folder}package.json`, '{ "type": "module" }\n');
  const isUsed = new Set<string>();
  for (const [file, content] of quickStart(name).files) {
    const placed = content.replaceAll(/(?<=127\.0\.0\.1:|listen\(|port: )\d+/g, (port) => {
      isUsed.add(port);
      return String(ports[Number(port)] ?? port);
    });
    writeFileSync(`${folder}${file}`, placed);
  }
  const unused = Object.keys(ports).filter((port) => !isUsed.has(port));
  if (unused.length > 0) throw new Error(`${name} does not name the port ${unused.join(', ')}`);
  return folder;
}
