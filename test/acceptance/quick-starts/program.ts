import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'vitest';

/** A program of a quick start, in a process of its own. */
export interface Program {
  /** Resolves when the program has said `text`; rejects when it ends before. */
  said(text: string): Promise<void>;
  /** Resolves with all that it wrote when it has ended by itself; rejects unless with status 0. */
  readonly output: Promise<string>;
}

/** Starts a program; one that still runs at the end of the test is stopped. */
export function start(
  { onTestFinished }: TestContext,
  folder: string,
  file: string,
  env: Readonly<Record<string, string>> = {},
): Program {
  const child = spawn(process.execPath, [file], { cwd: folder, env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill());
  let written = '';
  const listening = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      written += String(text);
      for (const listener of listening) listener();
    });
  }
  const output = ended(child).then((code) => {
    if (code === 0) return written;
    throw new Error(`${file} ended with ${code}: ${written}`);
  });
  output.catch(() => {}); // Whoever waits is told; a program that is stopped is nobody's.
  return {
    output,
    said: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (written.includes(text)) resolve();
        };
        listening.add(look);
        output.then(() => reject(new Error(`${file} ended before it said "${text}": ${written}`)), reject);
        look();
      }),
  };
}

async function ended(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}
