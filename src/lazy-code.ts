/** Code that comes late; rejects with what `failed` makes of the reason. A further call tries again. */
export async function loadedCode<T>(load: () => Promise<T>, failed: (cause: unknown) => Error): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw failed(cause);
  }
}
