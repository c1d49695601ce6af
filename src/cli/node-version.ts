import { BargeinError } from '../errors.ts';

const LEAST = [22, 12] as const;

/** What to do about a Node that is too old. */
export const NODE_ADVICE: string = `install Node ${LEAST.join('.')} or later, https://nodejs.org`;

/** Whether a Node of this `process.version` is new enough. */
export function isNodeNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]);
}

/** Throws `ERR_NODE_VERSION` for a Node that is too old: npm warns of it and runs the command all the same. */
export function requireNode(version: string): void {
  if (isNodeNewEnough(version)) return;
  throw new BargeinError(`this is Node ${version}: ${NODE_ADVICE}`, { code: 'ERR_NODE_VERSION' });
}
