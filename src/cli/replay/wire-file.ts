import { readFileSync } from 'node:fs';
import { BargeinError } from '../../errors.ts';
import type { WireLogLine } from '../wire-log.ts';

/** Reads a wire log, as `serve --record` writes it, session by session. Throws `ERR_WIRE_LOG` with the line that is wrong. */
export function readWireFile(path: string): ReadonlyMap<string, readonly WireLogLine[]> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new BargeinError(`can't read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      code: 'ERR_WIRE_LOG',
      cause,
    });
  }
  const sessions = new Map<string, WireLogLine[]>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const parsed = parseLine(line);
    if (parsed === null) {
      throw new BargeinError(
        `${path}, line ${index + 1} is no line of a wire log: it needs atMs, direction, session and event`,
        { code: 'ERR_WIRE_LOG' },
      );
    }
    const lines = sessions.get(parsed.session) ?? [];
    sessions.set(parsed.session, lines);
    lines.push(parsed);
  }
  return sessions;
}

function parseLine(line: string): WireLogLine | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { atMs, direction, session, event } = value as Partial<Record<keyof WireLogLine, unknown>>;
  const isLine =
    typeof atMs === 'number' &&
    (direction === 'in' || direction === 'out') &&
    typeof session === 'string' &&
    typeof event === 'object' &&
    event !== null &&
    typeof (event as { type?: unknown }).type === 'string';
  return isLine ? (value as WireLogLine) : null;
}
