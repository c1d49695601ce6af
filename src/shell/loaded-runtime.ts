import { runtimeSource } from '#session-runtime';
import { loadedCode } from '../lazy-code.ts';
import type { RuntimeModule } from './runtime-source.ts';

/** The code that runs a session, as soon as it is there. Rejects with `ERR_CODE_NOT_LOADED`; another call tries again. */
export function loadedRuntime(): Promise<RuntimeModule> {
  return loadedCode('runs a session', () => runtimeSource.load());
}
