import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A browser that opens a page and says what an expression in it is. */
export interface Engine {
  /** Opens a page and returns what an expression in it, or the promise it gives, is: text. */
  evaluate(url: string, expression: string): Promise<string>;
  close(): Promise<void>;
}

/** Path of a program on the PATH. */
export function findOnPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
