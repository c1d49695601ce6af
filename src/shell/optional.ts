/** A promise that nobody has to wait for: a rejection that nobody sees is no failure of the process. */
export function optional<T>(work: () => Promise<T>): Promise<T> {
  const promise = work();
  promise.catch(() => {});
  return promise;
}
