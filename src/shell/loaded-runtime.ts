import { runtimeSource } from '#session-runtime';
import { SessionError } from '../errors.ts';
import type { RuntimeModule } from './runtime-source.ts';

/** The code that runs a session, as soon as it is there. Rejects with `ERR_CODE_NOT_LOADED`; another call tries again. */
export async function loadedRuntime(): Promise<RuntimeModule> {
  try {
    return await runtimeSource.load();
  } catch (cause) {
    throw new SessionError('the code that runs a session could not be loaded; try again when the network is back', {
      code: 'ERR_CODE_NOT_LOADED',
      cause,
    });
  }
}
