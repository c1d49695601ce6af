import { runtimeSource } from '#session-runtime';
import { SessionError } from '../errors.ts';
import { loadedCode } from '../lazy-code.ts';
import type { RuntimeModule } from './runtime-source.ts';

/** The code that runs a session, as soon as it is there. Rejects with `ERR_CODE_NOT_LOADED`; another call tries again. */
export function loadedRuntime(): Promise<RuntimeModule> {
  return loadedCode(
    () => runtimeSource.load(),
    (cause) =>
      new SessionError('the code that runs a session could not be loaded; try again when the network is back', {
        code: 'ERR_CODE_NOT_LOADED',
        cause,
      }),
  );
}
