import type { BargeinError } from './errors.ts';
import { SessionError } from './errors.ts';

/** Code that comes late; `task` is what it does. Rejects with `ERR_CODE_NOT_LOADED`, or `failed`. A further call tries again. */
export async function loadedCode<T>(
  task: string,
  load: () => Promise<T>,
  failed: (message: string, cause: unknown) => BargeinError = (message, cause) =>
    new SessionError(message, { code: 'ERR_CODE_NOT_LOADED', cause }),
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw failed(`the code that ${task} could not be loaded; try again when the network is back`, cause);
  }
}
