import { SessionError } from './errors.ts';

/** Code that comes late; rejects with what `failed` makes of the reason. A further call tries again. */
export async function loadedCode<T>(load: () => Promise<T>, failed: (cause: unknown) => Error): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw failed(cause);
  }
}

/** The error of code that could not be loaded; `task` is what it does. */
export function notLoaded(task: string): (cause: unknown) => SessionError {
  return (cause) =>
    new SessionError(`the code that ${task} could not be loaded; try again when the network is back`, {
      code: 'ERR_CODE_NOT_LOADED',
      cause,
    });
}
