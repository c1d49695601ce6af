import { describe, expect, it } from 'vitest';
import { requireNode } from '../../src/cli/node-version.ts';
import { BargeinError } from '../../src/errors.ts';

describe('the Node of the command line', () => {
  it.each(['v22.12.0', 'v22.18.0', 'v24.0.0'])('may be %s', (version) => {
    expect(() => requireNode(version)).not.toThrow();
  });

  it.each(['v20.20.2', 'v22.11.9', 'v18.0.0'])('may not be %s, and the error says what to do', (version) => {
    const refused = new BargeinError(`this is Node ${version}: install Node 22.12 or later, https://nodejs.org`, {
      code: 'ERR_NODE_VERSION',
    });
    expect(() => requireNode(version)).toThrow(refused);
  });
});
